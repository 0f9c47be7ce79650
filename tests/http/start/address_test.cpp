#include "http/start/address.hpp"

#include "tests/support/temp_dir.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace kodad::http;

namespace {

namespace fs = std::filesystem;

std::string content(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

size_t entries(const std::string& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
}

} // namespace

TEST_CASE("an address is a URL") {
  CHECK(url_of("127.0.0.1", 80) == "http://127.0.0.1:80");
  CHECK(url_of("::1", 80) == "http://[::1]:80");
  CHECK(url_of("[::1]", 80) == "http://[::1]:80");
  CHECK(url_of("localhost", 1) == "http://localhost:1");
}

TEST_CASE("the address is told while the host runs") {
  kodad::tests::temp_dir at;
  const auto path = at.path() + "/kodad/url";
  address_file file(path);
  CHECK(file.write("http://a:1"));
  CHECK(content(path) == "http://a:1\n");
  CHECK(entries(at.path() + "/kodad") == 1);
  file.remove();
  CHECK_FALSE(fs::exists(path));
  file.remove();
  CHECK(entries(at.path() + "/kodad") == 0);
}

TEST_CASE("a host removes only what is its own") {
  kodad::tests::temp_dir at;
  const auto path = at.path() + "/kodad/url";
  address_file first(path);
  address_file second(path);
  CHECK(first.write("http://a:1"));
  CHECK(second.write("http://a:2"));
  first.remove();
  CHECK(content(path) == "http://a:2\n");
  std::ofstream(path) << "http://a:2\nand more\n";
  second.remove();
  CHECK(content(path) == "http://a:2\nand more\n");
  CHECK(entries(at.path() + "/kodad") == 1);
}

TEST_CASE("what cannot be written is told and harms nobody") {
  kodad::tests::temp_dir at;
  address_file nowhere(std::nullopt);
  CHECK(nowhere.write("http://a:1"));
  nowhere.remove();
  // The folder above is the system's to make.
  address_file missing(at.path() + "/no/such/kodad/url");
  CHECK(missing.write("http://a:1").failure().context.find("/no/such") != std::string::npos);
  CHECK(entries(at.path()) == 0);
  fs::create_directories(at.path() + "/kodad/url/full");
  address_file folder(at.path() + "/kodad/url");
  CHECK_FALSE(folder.write("http://a:1"));
  folder.remove();
  CHECK(entries(at.path() + "/kodad") == 1);
}

TEST_CASE("links and pipes in its place are not followed") {
  kodad::tests::temp_dir at;
  const auto path = at.path() + "/kodad/url";
  const auto other = at.path() + "/other";
  fs::create_directory(at.path() + "/kodad");
  std::ofstream(other) << "keep";
  fs::create_symlink(other, path);
  address_file file(path);
  CHECK(file.write("http://a:1"));
  CHECK(content(other) == "keep");
  fs::remove(path);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  file.remove();
  CHECK(fs::exists(path));
}
