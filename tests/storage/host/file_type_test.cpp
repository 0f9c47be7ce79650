#include "storage/host/file_type.hpp"

#include <doctest/doctest.h>

using kodad::storage::host::type_of_content;

TEST_CASE("a file is what its bytes are") {
  using namespace std::string_view_literals;
  CHECK(type_of_content("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"sv) ==
        "image/png");
  CHECK(type_of_content("\xff\xd8\xff\xe0\0\x10JFIF\0\1"sv) == "image/jpeg");
  CHECK(type_of_content("GIF89a\1\0\1\0\0\0\0"sv) == "image/gif");
  CHECK(type_of_content("RIFF\x24\0\0\0WEBPVP8 "sv) == "image/webp");
  CHECK(type_of_content("%PDF-1.7\n1 0 obj\n") == "application/pdf");
  CHECK(type_of_content("\0\1\2\3\4"sv) == "application/octet-stream");
}

TEST_CASE("text is text, whatever it says") {
  for (auto text : {"hello\n", "größe = 1\n", "<svg xmlns='http://www.w3.org/2000/svg'/>",
                    "{\"a\": 1}\n", "#!/bin/sh\necho\n", "int main() { return 0; }\n", "x"})
    CHECK(type_of_content(text).starts_with("text/"));
}
