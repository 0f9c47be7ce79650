#include "storage/config/system_place.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kodad::storage;

TEST_CASE("nobody works in a system folder unasked") {
  for (const char* folder : {"/", "/home", "/etc", "/etc/ssl", "/usr", "/usr/share/x", "/proc/self",
                             "/tmp", "/var", "/opt", "/mnt", "/root", "/dev", "/var/lib", "/run"}) {
    CAPTURE(folder);
    CHECK(kind_of_place(folder, "/home/u") != place_kind::project);
    CHECK(kind_of_place(folder, "") != place_kind::project);
  }
  for (const char* folder :
       {"/home/u", "/home/u/p", "/home/v", "/tmp/x", "/var/www/site", "/work", "/opt/x", "/srv/x",
        "/root/project", "/usr/src/app", "/usr/local/src/x", "/run/media/u/disk", "/etcetera",
        "/mnt/c/p", "/dev/shm/x", "/var/lib/kodad", "/usrlocal", "/data"}) {
    CAPTURE(folder);
    CHECK(kind_of_place(folder, "/home/u") == place_kind::project);
    CHECK(kind_of_place(folder, "") == place_kind::project);
  }
  CHECK(kind_of_place("/root", "/root") == place_kind::project);
  CHECK(kind_of_place("/data", "/data/homes/u") == place_kind::shared);
  CHECK(kind_of_place("/data/homes", "/data/homes/u") == place_kind::shared);
  CHECK(kind_of_place("/data/project", "/data/homes/u") == place_kind::project);
  CHECK(kind_of_place("/usr/home/u/p", "/usr/home/u") == place_kind::project);
  CHECK(kind_of_place("/", "/") == place_kind::system);
  CHECK(kind_of_place("/etc", "/") == place_kind::system);
}

TEST_CASE("a whole tree of the system is more than a part of it") {
  for (const char* folder : {"/", "/etc", "/usr", "/usr/bin", "/usr/lib", "/boot", "/bin", "/run",
                             "/var", "/var/lib", "/var/lib/dpkg"})
    CHECK(kind_of_place(folder, "/home/u") == place_kind::system);
  for (const char* folder : {"/etc/nixos", "/usr/share/nginx/html", "/run/user/1000", "/tmp",
                             "/home", "/srv", "/mnt", "/usr/local/app"})
    CHECK(kind_of_place(folder, "/home/u") == place_kind::shared);
}

TEST_CASE("nobody can work where the kernel makes up what stands there") {
  for (const char* folder : {"/proc", "/proc/self", "/sys", "/sys/fs/cgroup", "/dev", "/dev/pts"})
    CHECK(kind_of_place(folder, "/") == place_kind::kernel);
  for (const char* folder : {"/", "/dev/shm", "/dev/shm/x", "/device", "/process", "/etc"})
    CHECK(kind_of_place(folder, "") != place_kind::kernel);
}

TEST_CASE("where keys are kept is known") {
  for (const char* path : {"/home/u/.ssh", "/home/u/.ssh/id_rsa", "/home/u/.aws/credentials",
                           "/home/u/.netrc", "/etc/shadow", "/root/.ssh"})
    CHECK(secrets_of_place(path, "/home/u") == "keys and passwords");
  for (const char* path : {"/run/docker.sock", "/home/u/.docker/run/docker.sock"})
    CHECK(secrets_of_place(path, "/home/u") == "all of this machine");
  for (const char* path :
       {"/home/u", "/home/u/.sshx", "/home/v/.ssh", "/srv/data", "/home/u/.cache"})
    CHECK(secrets_of_place(path, "/home/u") == "");
  CHECK(secrets_of_place("/.ssh", "") == "");
}
