// WRITABLE PLACES: the folders and files that a command may change, held open, and the way to what
// lies beneath them. What is opened here has been opened by its name beneath one of them, without
// following links, whatever the way to it was, and so can be changed; nothing else can. Names that
// are exchanged meanwhile lead to another try, or to an error, never out.
#pragma once

#include "storage/host/descriptor.hpp"
#include "storage/host/sandbox/confinement.hpp"

#include <string>
#include <vector>

namespace kodad::storage::host {

struct opened_place {
  descriptor file; ///< O_PATH.
  int number = 0;  ///< The errno, where it is not open.
};

class writable_places {
public:
  /// @param place Open (O_PATH), a folder with all below it or a file.
  void add(descriptor place);

  /// What lies in `folder` at these places stays as it is, if it may not be written.
  void guard(descriptor folder, std::vector<guarded_place> places);

  /// Is this open file one of those?
  bool is_guarded(const descriptor& file) const;

  /// What `path` means, as the kernel resolves it from the open `folder`. @param follows Also a
  /// link at its end.
  opened_place open(int folder, const std::string& path, bool follows) const;

  /// What is open as `seen` already (O_PATH).
  opened_place open_again(const descriptor& seen) const;

  /// The numbers of all that is held open here.
  std::vector<int> descriptors() const;

private:
  opened_place open_once(const descriptor& seen) const;
  bool is_guarded(const std::string& name) const;

  std::vector<descriptor> places_;
  descriptor guarded_folder_;
  std::vector<guarded_place> guarded_;
};

} // namespace kodad::storage::host
