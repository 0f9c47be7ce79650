// CAPABILITIES: what root's processes have beyond an ordinary user's, given up for good.
#pragma once

namespace kodad::storage::host {

/// Of the calling process and of all that it will start. False, with errno, on failure.
bool drop_capabilities();

} // namespace kodad::storage::host
