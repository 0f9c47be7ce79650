// PLANTS: ways in which an agent can make a person's git run something. Each is a script in a
// working tree that has a repository; P is the program to be run, WS the workspace.
#pragma once

namespace kodad::storage::host {

struct plant {
  const char* name;
  const char* script;
  bool fires = true; ///< Without the guard, what a person does leaves the marker.
};

inline constexpr plant plants[] = {
    {"a new hook", "cp $P .git/hooks/pre-commit"},
    {"a hook for each status", "cp $P .git/hooks/post-index-change"},
    {"a hook that is a link", "ln -sf $P .git/hooks/pre-commit"},
    {"a hook that is a hard link", "ln -f $P .git/hooks/pre-commit"},
    {"the hooks folder is a link",
     "rm -rf .git/hooks; mkdir h; cp $P h/pre-commit; ln -s ../h .git/hooks"},
    {"the hooks folder is renamed into place",
     "rm -rf .git/hooks; mkdir h; cp $P h/pre-commit; mv h .git/hooks"},
    {"a hook is made executable by chmod", "chmod +x .git/hooks/commit-msg"},
    {"a line is added to a hook", "echo $P >> .git/hooks/prepare-commit-msg"},
    {"a hook is moved to another name", "mv .git/hooks/commit-msg .git/hooks/pre-commit; "
                                        "chmod +x .git/hooks/pre-commit"},
    {"fsmonitor", "git config core.fsmonitor $P"},
    {"fsmonitor behind the header", "echo '[core] fsmonitor = '$P >> .git/config"},
    {"fsmonitor, upper case", "printf '[CORE]\\nFSMONITOR=%s' $P >> .git/config"},
    {"fsmonitor with carriage returns",
     "printf '[core]\\r\\nfsmonitor=%s\\r\\n' $P >> .git/config"},
    {"fsmonitor over two lines", "printf '[core]\\nfsmonitor=\\\\\\n%s\\n' $P >> .git/config"},
    {"fsmonitor behind a byte order mark", "{ printf '\\357\\273\\277[core]\\nfsmonitor=%s\\n' $P; "
                                           "cat .git/config; } > c; mv c .git/config"},
    {"hooksPath", "mkdir hp; cp $P hp/pre-commit; git config core.hooksPath hp"},
    {"hooksPath in the git directory",
     "mkdir .git/hp; cp $P .git/hp/pre-commit; git config core.hooksPath .git/hp"},
    {"diff.external", "git config diff.external $P; echo more >> f.txt"},
    {"textconv",
     "git config diff.x.textconv $P; echo '*.txt diff=x' > .gitattributes; echo more >> f.txt"},
    {"diff command",
     "git config diff.x.command $P; echo '*.txt diff=x' > .gitattributes; echo more >> f.txt"},
    {"clean filter",
     "git config filter.x.clean $P; echo '*.txt filter=x' > .gitattributes; echo more >> f.txt"},
    {"filter in info/attributes",
     "git config filter.x.clean $P; mkdir -p .git/info; echo '*.txt filter=x' > "
     ".git/info/attributes; echo more >> f.txt"},
    {"filter process",
     "git config filter.x.process $P; echo '*.txt filter=x' > .gitattributes; echo more >> f.txt"},
    {"editor", "git config core.editor $P"},
    {"gpg.program", "git config gpg.program $P; git config commit.gpgsign true"},
    {"gpg of another format",
     "git config gpg.format ssh; git config gpg.ssh.program $P; git config "
     "user.signingkey key::x; git config commit.gpgsign true"},
    {"alias", "git config alias.st '!'$P"},
    {"log.showSignature", "git config log.showSignature true; git config gpg.program $P", false},
    {"pager", "git config core.pager $P; git config pager.status true", false},
    {"credential.helper", "git config credential.helper '!'$P", false},
    {"sshCommand", "git config core.sshCommand $P", false},
    {"merge driver", "git config merge.x.driver $P", false},
    {"promisor",
     "git config extensions.partialClone x; git config remote.x.promisor true; git config "
     "remote.x.url ext::$P; git config protocol.ext.allow always",
     false},
    {"include.path", "printf '[core]\\nfsmonitor='$P > inc; git config include.path ../inc"},
    {"includeIf",
     "printf '[core]\\nfsmonitor='$P > inc; git config includeIf.gitdir:/.path ../inc"},
    {"the config is a link",
     "cp .git/config c; git config -f c core.fsmonitor $P; rm .git/config; ln -s ../c .git/config"},
    {"the config is renamed into place",
     "cp .git/config c; git config -f c core.fsmonitor $P; mv c .git/config"},
    {"config.worktree", "git config extensions.worktreeConfig true; git config --worktree "
                        "core.fsmonitor $P"},
    {"commondir",
     "cp -r .git evil; git config -f evil/config core.fsmonitor $P; echo ../evil > .git/commondir"},
    {"commondir, absolute", "cp -r .git evil; git config -f evil/config core.fsmonitor $P; echo "
                            "$PWD/evil > .git/commondir"},
    {".git is a file", "mv .git evil; git config -f evil/config core.fsmonitor $P; "
                       "echo gitdir: evil > .git"},
    {".git is a link",
     "mv .git evil; git config -f evil/config core.fsmonitor $P; ln -s evil .git"},
    {".git is another folder",
     "git init -q x; git -C x config core.fsmonitor $P; mv .git old; mv x/.git .git"},
    {".git begins anew", "rm -rf .git; git init -q; git config core.fsmonitor $P"},
    {"a nested repository", "git init -q sub; git -C sub config core.fsmonitor $P"},
    {"a nested repository in the index",
     "git init -q sub; git -C sub commit -qm x --allow-empty; git add sub; "
     "git -C sub config core.fsmonitor $P"},
    {"a nested repository by a .git file", "git init -q --separate-git-dir=.sg sub; "
                                           "git -C sub config core.fsmonitor $P"},
    {"a submodule", "git init -q up; git -C up commit -qm x --allow-empty; git submodule -q add "
                    "./up sub; git config -f .git/modules/sub/config core.fsmonitor $P"},
    {"a submodule's hook", "git init -q up; git -C up commit -qm x --allow-empty; git submodule -q "
                           "add ./up sub; mkdir -p .git/modules/sub/hooks; "
                           "cp $P .git/modules/sub/hooks/pre-commit"},
    {"a working tree's config",
     "git worktree add -q sub; git config extensions.worktreeConfig true; "
     "git -C sub config --worktree core.fsmonitor $P"},
    {"a working tree's commondir",
     "git worktree add -q sub; cp -r .git evil; git config -f evil/config core.fsmonitor $P; "
     "echo ../../../evil > .git/worktrees/sub/commondir"},
    {"a bare repository", "git init -q --bare sub; git -C sub config core.bare false; git -C sub "
                          "config core.worktree .; git -C sub config core.fsmonitor $P"},
    {"a folder shaped like a repository",
     "mkdir -p sub/objects sub/refs; echo ref: refs/heads/main > sub/HEAD; printf "
     "'[core]\\nrepositoryformatversion=0\\nbare=false\\nworktree=.\\nfsmonitor='$P > sub/config"},
    {"a shape made of links",
     "git init -q --bare b; mkdir sub; for n in objects refs; do "
     "ln -s ../b/$n sub/$n; done; ln -s refs/heads/main sub/HEAD; printf "
     "'[core]\\nrepositoryformatversion=0\\nbare=false\\nworktree=.\\nfsmonitor='$P > sub/config"},
    {"a shape with commondir",
     "git init -q --bare b; git config -f b/config core.fsmonitor $P; git config -f b/config "
     "extensions.worktreeConfig true; git config -f b/config core.repositoryformatversion 1; "
     "mkdir sub; cp b/HEAD sub; echo ../b > sub/commondir; git config -f sub/config.worktree "
     "core.bare false; git config -f sub/config.worktree core.worktree ."},
    {"a repository in an unreadable folder",
     "mkdir sub; git init -q sub; git -C sub config core.fsmonitor $P; chmod 311 sub"},
    {"a rebase with a command",
     "h=$(git rev-parse HEAD); mkdir .git/rebase-merge; cd .git/rebase-merge; echo exec $P > "
     "git-rebase-todo; echo refs/heads/main > head-name; echo $h > onto; echo $h > orig-head; echo "
     "1 > "
     "msgnum; echo 1 > end; : > interactive; : > done"},
    {"a rebase with a strategy that is a path",
     "h=$(git rev-parse HEAD); git checkout -q -b o; git commit -q --allow-empty -m o; c=$(git "
     "rev-parse HEAD); git checkout -q -; git commit -q --allow-empty -m p; h=$(git rev-parse "
     "HEAD); mkdir git-merge-..; cp $P payload; mkdir .git/rebase-merge; cd .git/rebase-merge; "
     "echo pick $c > git-rebase-todo; echo refs/heads/main > head-name; echo $h > onto; echo $h > "
     "orig-head; echo 1 > msgnum; echo 1 > end; : > interactive; : > done; echo ../../payload > "
     "strategy"},
    {"a cherry-pick with a strategy that is a path",
     "git checkout -q -b o; git commit -q --allow-empty -m o; c=$(git rev-parse HEAD); git "
     "checkout -q -; git commit -q --allow-empty -m p; mkdir git-merge-..; cp $P payload; mkdir "
     ".git/sequencer; cd .git/sequencer; printf 'pick %s\\npick %s\\n' $c $c > todo; git rev-parse "
     "HEAD > "
     "head; git config -f opts options.strategy ../../payload"},
    {"a rebase behind a link",
     "h=$(git rev-parse HEAD); mkdir r; cd r; echo exec $P > "
     "git-rebase-todo; echo refs/heads/main > head-name; echo $h > onto; echo $h > orig-head; echo "
     "1 > msgnum; echo 1 > end; : > interactive; : > done; ln -s ../r ../.git/rebase-merge"},
    {"another working tree for a person's hooks",
     "mkdir -p t/hp; cp $P t/hp/pre-commit; git config core.hooksPath hp; git config "
     "core.worktree ../t"},
    {"another case",
     "git init -q sub; mv sub/.git sub/.GIT; git config -f sub/.GIT/config "
     "core.fsmonitor $P",
     false},
    {"a .git link to a folder elsewhere", "mkdir sub; cp -r .git evil; git config -f evil/config "
                                          "core.fsmonitor $P; ln -s ../evil sub/.git"},
    {"a .git file that borrows a person's repository",
     "mkdir -p sub/hp; cp $P sub/hp/pre-commit; git config core.hooksPath hp; "
     "echo gitdir: ../.git > sub/.git"},
    {"a hook in a copy of the repository", "cp -r . ../cp-$$; mkdir sub; mv ../cp-$$ sub/c; cp $P "
                                           "sub/c/.git/hooks/pre-commit; mv sub/c/.git sub/.git"},
};

} // namespace kodad::storage::host
