// PROC TEXT: reads the small files and the folders of numbers that /proc consists of. Whatever is
// not there, or not to be read, is empty or zero.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace kodad::storage::host {

/// The beginning of a small file.
std::string_view read_small(const char* path, char* into, size_t size);

/// The first number in `text`.
uint64_t number_at(std::string_view text);

/// The number after `name`.
uint64_t number_after(std::string_view text, std::string_view name);

/// Likewise, of a line "name 1234 kB", in bytes.
uint64_t memory_line(std::string_view text, std::string_view name);

/// The entries of `folder` that are numbers. With errno; 0 when all were read.
std::vector<pid_t> numbers_in(const std::string& folder);

} // namespace kodad::storage::host
