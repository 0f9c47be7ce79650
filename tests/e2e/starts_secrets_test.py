"""Starts that fail because sessions reach the configuration, or other programs' keys."""

from harness import Server, main
from start_fixture import SpoiltStart, add_cases, case, mount


def keep_config(start, path, *more):
    """Puts a configuration at a path below the root."""
    start.options["--config"] = start.root / path
    start.options["--config"].parent.mkdir(parents=True, exist_ok=True)
    start.options["--config"].write_text("\n".join(("version: 1", *more)) + "\n")
    return start.options["--config"]


@case
def a_configuration_inside_the_workspace(start):
    file = keep_config(start, "workspace/deep/config.yaml")
    return str(file), f"inside the workspace {start.workspace}", "--config", "--workspace"


@case
def a_configuration_that_is_the_workspaces_own(start):
    keep_config(start, "workspace/kodad.yaml")
    return ("inside the workspace",)


@case
def a_configuration_inside_the_second_workspace(start):
    start.more = ["--workspace", start.folder("second")]
    keep_config(start, "second/config.yaml")
    return (f"inside the workspace {start.root}/second",)


@case
def a_configuration_inside_the_workspace_by_a_relative_path(start):
    keep_config(start, "workspace/config.yaml")
    start.options["--config"] = "./config.yaml"
    return ("inside the workspace",)


@case
def a_configuration_inside_the_workspace_by_a_folder_link(start):
    keep_config(start, "workspace/config.yaml")
    (start.root / "link").symlink_to(start.workspace)
    start.options["--config"] = start.root / "link" / "config.yaml"
    return ("inside the workspace",)


@case
def a_configuration_inside_the_workspace_by_a_file_link(start):
    keep_config(start, "workspace/config.yaml")
    (start.root / "link.yaml").symlink_to("workspace/config.yaml")
    start.options["--config"] = start.root / "link.yaml"
    return ("inside the workspace",)


@case
def a_configuration_named_by_a_link_in_the_workspace(start):
    keep_config(start, "config.yaml")
    (start.workspace / "link.yaml").symlink_to("../config.yaml")
    start.options["--config"] = start.workspace / "link.yaml"
    return ("inside the workspace",)


@case
def a_configuration_by_links_through_the_workspace(start):
    keep_config(start, "out/config.yaml")
    (start.workspace / "back").symlink_to("../out")
    (start.root / "there").symlink_to("workspace/back")
    start.options["--config"] = start.root / "there" / "config.yaml"
    return ("inside the workspace",)


@case
def a_configuration_by_a_folder_in_the_workspace_and_out_again(start):
    keep_config(start, "config.yaml")
    (start.workspace / "sub").mkdir()
    (start.root / "link").symlink_to("workspace/sub/../..")
    start.options["--config"] = start.root / "link" / "config.yaml"
    return ("inside the workspace",)


@case(needs_root=True)
def a_configuration_inside_the_workspace_by_a_mount(start):
    keep_config(start, "workspace/config.yaml")
    mount(start, start.root / "other", "--bind", str(start.workspace))
    start.options["--config"] = start.root / "other" / "config.yaml"
    return ("inside the workspace",)


@case
def a_default_configuration_inside_the_workspace(start):
    start.folder("home/.config/kodad")
    keep_config(start, "home/.config/kodad/config.yaml")
    start.options.update({"--config": None, "--workspace": start.home})
    return "home/.config/kodad/config.yaml", "inside the workspace"


@case
def a_default_configuration_inside_the_current_folder(start):
    keep_config(start, "home/.config/kodad/config.yaml")
    start.options.update({"--config": None, "--workspace": None})
    start.cwd = start.home
    return ("inside the workspace",)


@case
def a_configuration_inside_an_allowed_path(start):
    keep_config(start, "allowed/config.yaml", f"allowed_paths: [{start.root}/allowed]")
    return ("inside the allowed path",)


@case
def a_configuration_that_commands_are_shown(start):
    keep_config(start, "shown/config.yaml", f"sandbox: {{read: [{start.root}/shown]}}")
    return "sandbox.read", "holds this file"


@case
def a_configuration_that_commands_share(start):
    file = keep_config(start, "config.yaml", f"sandbox: {{write: [{start.root}/config.yaml]}}")
    return "sandbox.write", "holds this file", str(file)


@case
def a_configuration_by_a_link_that_commands_share(start):
    shared = start.folder("shared")
    start.configure(f"version: 1\nsandbox: {{write: [{shared}]}}\n")
    (shared / "config.yaml").symlink_to("../config.yaml")
    start.options["--config"] = shared / "config.yaml"
    return ("inside the path of sandbox.write",)


@case
def a_token_of_copilot_inside_the_workspace(start):
    (start.folder("home/.config/github-copilot") / "apps.json").write_text("{}")
    start.configure("version: 1\nproviders: [{id: github-copilot}]\n")
    start.options["--workspace"] = start.home
    return "apps.json", "inside the workspace", "api_key"


class Starts(SpoiltStart):
    def test_a_link_in_the_workspace_leads_to_the_configuration(self):
        server = Server(start=False)
        self.addCleanup(server.close)
        (server.workspace / "config").symlink_to(server.config)
        server.start()

    def test_a_workspace_that_could_hold_the_default_configuration(self):
        server = Server(start=False)
        self.addCleanup(server.close)
        words = server.command
        server.command = lambda: [*words()[:-2], "--workspace", str(server.root / "home")]
        server.start()
        self.assertIn("home/.config/kodad/config.yaml so far", server.log.read_text())
        self.assertIn("lies inside the workspace", server.log.read_text())


add_cases(Starts)

if __name__ == "__main__":
    main()
