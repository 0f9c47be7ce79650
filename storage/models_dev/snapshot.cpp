#include "storage/models_dev/snapshot.hpp"

// The assembler puts the file in, which costs no time; a string literal of this size costs the
// compiler seconds. CMakeLists.txt names the file and makes this one depend on it.
asm(".pushsection .rodata\n"
    ".global kodad_metadata_begin\n"
    ".hidden kodad_metadata_begin\n"
    "kodad_metadata_begin:\n"
    ".incbin \"" KODAD_SNAPSHOT_FILE "\"\n"
    ".global kodad_metadata_end\n"
    ".hidden kodad_metadata_end\n"
    "kodad_metadata_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" {
extern const char kodad_metadata_begin[];
extern const char kodad_metadata_end[];
}

namespace kodad::storage {

std::string_view bundled_metadata() {
  return {kodad_metadata_begin, static_cast<size_t>(kodad_metadata_end - kodad_metadata_begin)};
}

} // namespace kodad::storage
