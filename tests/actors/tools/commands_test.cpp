#include "tests/actors/tools/fixture.hpp"

using namespace kodad::actors;
using namespace std::chrono_literals;
using kodad::proto::ec;
namespace host = kodad::storage::host;
namespace limits = kodad::proto::limits;

namespace {

struct place : workspace_place {
  tool_output glob(const std::string& json) {
    return finish_command(*processes, glob_command(workspace, arguments("glob", json)));
  }
  tool_output grep(const std::string& json) {
    return finish_command(*processes, grep_command(workspace, arguments("grep", json)));
  }
  tool_output bash(const std::string& json) {
    return finish_command(*processes, bash_command(workspace, arguments("bash", json), {}));
  }

  std::unique_ptr<host::process_host> processes = host::start_processes();
};

} // namespace

TEST_CASE("glob finds files, newest first, none of git's own and none ignored") {
  place at;
  at.put(".git/config", "");
  at.put(".ignore", "build/\n");
  at.put("build/x.cpp", "");
  at.put("src/old.cpp", "");
  at.put("src/new.cpp", "");
  at.put("src/a.h", "");
  auto now = std::filesystem::file_time_type::clock::now();
  std::filesystem::last_write_time(at.path("src/old.cpp"), now - 10s);

  CHECK(at.glob(R"({"pattern":"**/*.cpp"})").text == "src/new.cpp\nsrc/old.cpp\n");
  CHECK(at.glob(R"({"pattern":"*.{h,c}","path":"src"})").text == "src/a.h\n");
  CHECK(!has(at.glob(R"({"pattern":"**/*"})").text, ".git/"));
  CHECK(at.glob(R"({"pattern":"*.none"})").text == "(no file matches)\n");
}

TEST_CASE("grep groups matches by file") {
  place at;
  at.put("a/one.txt", "alpha\nbeta: x\ty\n");
  at.put("b.txt", "beta\n");
  at.put(".git/x", "beta\n");

  CHECK(at.grep(R"({"pattern":"^beta"})").text == "a/one.txt\n  2: beta: x\ty\nb.txt\n  1: beta\n");
  CHECK(at.grep(R"({"pattern":"beta","include":"*.txt","path":"a"})").text ==
        "a/one.txt\n  2: beta: x\ty\n");
  CHECK(at.grep(R"({"pattern":"beta","path":"b.txt"})").text == "b.txt\n  1: beta\n");
  CHECK(at.grep(R"({"pattern":"gamma"})").text == "(nothing matches)\n");
  CHECK(at.grep(R"({"pattern":"-v"})").text == "(nothing matches)\n");
}

TEST_CASE("more matches than fit are cut at whole lines, and it is said") {
  place at;
  std::string many;
  for (int i = 0; i < 3000; ++i)
    many += "match " + std::string(400, 'x') + "\n";
  at.put("big", many);
  auto found = at.grep(R"({"pattern":"match"})").text;
  CHECK(has(found, "narrow the pattern"));
  CHECK(found.size() < limits::tool_output_bytes);
}

TEST_CASE("what a search does not understand is said") {
  place at;
  at.put("f", "x");
  std::filesystem::create_directory_symlink("/etc", at.path("out"));
  auto broken = at.grep(R"({"pattern":"(a"})");
  CHECK(broken.failure->code == ec::tool_invalid_args);
  CHECK(has(broken.text, "unclosed group"));
  CHECK(has(glob_command(at.workspace, arguments("glob", R"({"pattern":"a["})")).failure().context,
            "has a [ without its ]"));
  for (const char* json :
       {R"({"pattern":"root","path":"../.."})", R"({"pattern":"root","path":"/etc"})",
        R"({"pattern":"root","path":"out"})"}) {
    CAPTURE(json);
    CHECK(grep_command(at.workspace, arguments("grep", json)).failure().code == ec::tool_denied);
  }
  CHECK(grep_command(at.workspace, arguments("grep", R"({"pattern":"x","path":"none"})"))
            .failure()
            .code == ec::tool_failed);
}

TEST_CASE("a pattern that ruins backtracking engines does no harm") {
  place at;
  at.put("long", std::string(30'000, 'a') + "!\n");
  for (const char* pattern : {"(a+)+$", "(.*)*x", "(a|aa)+$", "a{1000}{1000}"}) {
    CAPTURE(pattern);
    auto out = at.grep(std::string(R"({"pattern":")") + pattern + "\"}");
    CHECK(!out.text.empty());
  }
}

TEST_CASE("bash shows the output in order and states the exit code") {
  place at;
  auto out = at.bash(R"({"command":"echo one; echo two >&2; pwd; exit 3","description":"x"})");
  CHECK(out.text == "one\ntwo\n" + at.at.path() + "\n(exit code 3)");
  CHECK(out.metadata.text == R"({"exit_code":3,"timed_out":false})");
  CHECK(!out.failure);
}

TEST_CASE("bash runs where it is told, within the workspace") {
  place at;
  at.put("sub/f", "");
  CHECK(at.bash(R"({"command":"ls","workdir":"sub"})").text == "f\n(exit code 0)");
  for (const char* where : {"..", "/etc"}) {
    auto json = std::string(R"({"command":"ls","workdir":")") + where + "\"}";
    CHECK(bash_command(at.workspace, arguments("bash", json), {}).failure().code ==
          ec::tool_denied);
  }
  CHECK(bash_command(at.workspace, arguments("bash", R"({"command":"ls","workdir":"none"})"), {})
            .failure()
            .code == ec::tool_invalid_args);
}

TEST_CASE("bash ends at its time-out, given as number or text, and is bounded") {
  place at;
  auto out = at.bash(R"({"command":"echo on; exec sleep 1000","timeout":"200"})");
  CHECK(out.failure->code == ec::tool_timeout);
  CHECK(out.text == "on\n(ended: it ran longer than the 200 ms it was given (argument "
                    "timeout; sandbox.limits.time and time_max))");
  CHECK(has(out.metadata.text, R"("timed_out":true)"));
  auto most =
      bash_command(at.workspace, arguments("bash", R"({"command":"x","timeout":99999999})"), {});
  CHECK(most->spec.timeout == limits::bash_deadline_max);
}

TEST_CASE("the time of a call is the configuration's where it asks for none, and bounded by it") {
  place at;
  kodad::proto::command_limits given;
  given.time = 2s;
  given.time_max = 5s;
  auto time_of = [&](const char* json) {
    return bash_command(at.workspace, arguments("bash", json), given)->spec.timeout;
  };
  CHECK(time_of(R"({"command":"x"})") == 2s);
  CHECK(time_of(R"({"command":"x","timeout":3000})") == 3s);
  CHECK(time_of(R"({"command":"x","timeout":6000})") == 5s);
  auto clipped = finish_command(
      *at.processes,
      bash_command(at.workspace, arguments("bash", R"({"command":"echo x","timeout":6000})"),
                   given));
  CHECK(clipped.text == "x\n(timeout: a command may have 5000 ms at most "
                        "(sandbox.limits.time_max), not 6000)\n(exit code 0)");
}

TEST_CASE("what a command leaves running is told, whatever it did to its shell") {
  place at;
  auto left = [&](const std::string& line) {
    return at.bash(R"({"command":")" + line + "\"}").text;
  };
  CHECK(left("sleep 300 & echo started") ==
        "started\n\n(1 process(es) that the command left running were ended with it)\n"
        "(exit code 0)");
  CHECK(has(left("set -euf; IFS=x; sleep 300 & sleep 300 & echo x"), "(2 process(es)"));
  CHECK(has(left("exec > /dev/null; sleep 300 &"), "(1 process(es)"));
  CHECK(left("sleep 0.01 & wait; exit 3") == "(exit code 3)");
  CHECK(has(left("trap 'echo bye' EXIT; sleep 300 & :"), "bye\n\n(1 process(es)"));
  CHECK(has(left("trap '' EXIT TERM INT; sleep 300 & exit 4"), "(1 process(es)"));
  CHECK(has(left("sleep 300 & exec echo x"), "x\n\n(1 process(es)"));
  CHECK(has(left("(sleep 300 &); exec true"), "(1 process(es)"));
  CHECK(has(left("sleep 300 & exit() { builtin exit 0; }; exit"), "(1 process(es)"));
  CHECK(left("exec sh -c 'exit 7'") == "(exit code 7)");
  CHECK(left("trap 'exit 9' EXIT") == "(exit code 9)");
  CHECK(left("echo $#:$0") == "0:bash\n(exit code 0)");
  CHECK(left("echo $SHLVL; ls /proc/self/fd | wc -l") == "1\n4\n(exit code 0)");
  CHECK(has(left("true\\nno_such_program"), "line 2: no_such_program"));
}

TEST_CASE("a command that begins like an option is a command") {
  place at;
  for (const char* line : {"-x", "--version", "-c ls", "-"}) {
    CAPTURE(line);
    auto out = at.bash(std::string(R"({"command":")") + line + "\"}").text;
    CHECK(
        has(out, std::string(line).substr(0, std::string(line).find(' ')) + ": command not found"));
    CHECK(has(out, "(exit code 127)"));
  }
}

TEST_CASE("how a command ends is told by the command alone") {
  place at;
  auto end = [&](const std::string& line) {
    return at.bash(R"({"command":")" + line + "\"}").text;
  };
  CHECK(end("kill -9 $$") == "(exit code 137: killed, as the system does to one that takes more "
                             "memory than there is)");
  CHECK(end("kill -SEGV $$") == "(exit code 139)");
  CHECK(end("exit 255") == "(exit code 255)");
  CHECK(end("exec 2>&-; echo x") == "x\n(exit code 0)");
  // Who is told to end may tidy up.
  auto out = at.bash(R"({"command":"trap 'echo tidy; exit 3' TERM; sleep 1000 & wait",)"
                     R"("timeout":300})");
  CHECK(has(out.text, "tidy\n"));
  CHECK(out.failure->code == ec::tool_timeout);
}

TEST_CASE("bash output is cleaned and capped") {
  place at;
  auto out = at.bash(R"({"command":"printf '\\033[31mred\\033[0m\\n'; seq 100000; echo end"})");
  CHECK(out.text.starts_with("red\n1\n2\n"));
  CHECK(out.text.ends_with("100000\nend\n(exit code 0)"));
  CHECK(has(out.text, "bytes are left out here; to see them, send the output to a file"));
  CHECK(out.text.size() < limits::tool_output_bytes + 200);
}
