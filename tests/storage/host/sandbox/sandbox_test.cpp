#include "tests/storage/host/sandbox/fixture.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

using namespace kodad::storage::host;
using namespace std::chrono_literals;
using kodad::proto::sandbox_wish;

namespace {

bool has(const std::string& text, const std::string& piece) {
  return text.find(piece) != std::string::npos;
}

/// Listens on this machine; connections wait in its queue.
class listener {
public:
  listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* address = reinterpret_cast<sockaddr*>(&at);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_.get(), address, size) == 0);
    REQUIRE(::listen(socket_.get(), 8) == 0);
    REQUIRE(::getsockname(socket_.get(), address, &size) == 0);
    port_ = ntohs(at.sin_port);
  }

  std::string port() const { return std::to_string(port_); }

private:
  descriptor socket_;
  uint16_t port_ = 0;
};

} // namespace

TEST_CASE("inside, the workspace is writable and nothing beside it can be read or written") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto done = at.run("pwd; echo made > new; cat ../secret; echo x > ../other; (: > /usr/x); "
                       "(: > /etc/x); cat /etc/shadow; echo a > $HOME/a && echo home; "
                       "echo t > $TMPDIR/t && echo temporary; ls " +
                       at.path("") + "; ls -A /root");
    CHECK(read_text(at.in("new")) == "made\n");
    CHECK(done.output.starts_with(at.workspace.root() + "\nhome\ntemporary\n"));
    CHECK_FALSE(has(done.output + done.errors, "SECRET"));
    CHECK_FALSE(has(done.output, "root:"));
    CHECK_FALSE(has(done.output, ".profile"));
    for (const auto& path : {at.path("other"), std::string("/usr/x"), std::string("/etc/x")})
      CHECK_FALSE(std::filesystem::exists(path));
  }
}

TEST_CASE("a command without leave to write reads and writes nothing") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto done = at.run("(: > x) || echo refused; (echo y >> kept) || echo refused; cat kept",
                       read_only_access());
    CHECK(done.output == "refused\nrefused\nkept");
    CHECK(read_text(at.in("kept")) == "kept");
    CHECK_FALSE(std::filesystem::exists(at.in("x")));
  }
}

TEST_CASE("the environment is the settings' and nothing of the server's own") {
  scoped_variable canary("KODAD_CANARY", "CANARY");
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    auto wanted = wish_for(wish);
    wanted.env = {{"GIVEN", "value"}, {"TERM", "given"}};
    sandbox_place at(wanted);
    if (!at.works)
      continue;
    auto done = at.run("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'");
    CHECK(has(done.output, "GIVEN=value\n"));
    CHECK(has(done.output, "TERM=given\n"));
    CHECK_FALSE(has(done.output, "TERM=dumb"));
    CHECK_FALSE(has(done.output, "CANARY"));
    CHECK_FALSE(has(done.output, std::string("HOME=") + std::getenv("HOME") + "\n"));
  }
}

TEST_CASE("a command has the network only where it was given, and no process outside") {
  listener outside;
  auto connect = "(echo x > /dev/tcp/127.0.0.1/" + outside.port() + ") && echo connected; " +
                 "kill -0 " + std::to_string(::getpid()) + " && echo signalled; echo done";
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto in_bash = "exec bash -c '" + connect + "'";
    CHECK(at.run(in_bash).output == "done\n");
    command_access access;
    access.network = true;
    CHECK(at.run(in_bash, access).output == "connected\ndone\n");
  }
}

TEST_CASE("folders of the operator are shown as the configuration says") {
  temporary_folder more;
  for (const auto* name : {"read", "write", "hidden"})
    std::filesystem::create_directory(more.path(name));
  write_text(more.path("read/f"), "seen\n");
  write_text(more.path("hidden/f"), "HIDDEN");
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    std::filesystem::remove(more.path("write/new"));
    auto wanted = wish_for(wish);
    wanted.read = {more.path("read"), more.path("none"), "/", "/usr"};
    wanted.write = {more.path("write")};
    sandbox_place at(wanted);
    if (!at.works)
      continue;
    auto done =
        at.run("cd " + more.path() + "; cat read/f; (echo EVIL > read/f) || echo refused; " +
               "echo made > write/new; cat hidden/f");
    CHECK(done.output == "seen\nrefused\n");
    CHECK(read_text(more.path("read/f")) == "seen\n");
    CHECK(read_text(more.path("write/new")) == "made\n");
  }
}

TEST_CASE("a shown folder that has become a link is not shown, nor what it leads to") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    temporary_folder more;
    std::filesystem::create_directory(more.path("shown"));
    auto wanted = wish_for(wish);
    wanted.read = {more.path("shown")};
    sandbox_place at(wanted);
    if (!at.works)
      continue;
    std::filesystem::remove(more.path("shown"));
    for (const auto& target : {at.path(""), std::string("/var"), more.path("none")}) {
      CAPTURE(target);
      std::filesystem::remove(more.path("shown"));
      std::filesystem::create_symlink(target, more.path("shown"));
      auto done = at.run("ls " + more.path("shown/") + "; echo done");
      CHECK_MESSAGE(done.output == "done\n", done.errors);
    }
  }
}

TEST_CASE("the exit code passes through, and what a command leaves behind ends with it") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    CHECK(at.run("exit 9").status.code == 9);
    auto done = at.run("(setsid nohup sh -c 'trap \"\" TERM; sleep 1000' &) ; echo left");
    CHECK(done.output == "left\n");
  }
}

TEST_CASE("a kill reaches the command inside and lets it end in order") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto heard = std::make_shared<recorder>();
    auto key = at.host->start(
        at.confined("trap 'echo bye; exit 4' TERM; echo on; while :; do sleep 0.02; done"), heard);
    REQUIRE(key);
    heard->wait_for_text("on");
    at.host->kill(*key);
    auto status = heard->wait();
    CHECK(status.cancelled);
    CHECK(status.code == 4);
    CHECK(heard->text() == "on\nbye\n");
  }
}

TEST_CASE("a stubborn command inside dies after the grace") {
  for (auto wish : drawn_sandboxes) {
    CAPTURE(name_of(wish));
    sandbox_place at(wish);
    if (!at.works)
      continue;
    auto spec = at.confined("trap '' TERM; echo on; while :; do sleep 0.05; done");
    spec.timeout = 200ms;
    spec.kill_grace = 100ms;
    CHECK(run(*at.host, spec).status.timed_out);
  }
}
