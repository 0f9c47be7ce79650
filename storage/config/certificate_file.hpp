// CERTIFICATE FILE: can servers be held against what a file holds? Better found out at the start
// than by calls that fail one and all.
#pragma once

#include <string>

namespace kodad::storage {

/// Why no certificate can be read from there; empty where one can. @param path Absolute.
std::string certificate_fault(const std::string& path);

} // namespace kodad::storage
