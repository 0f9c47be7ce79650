// NAMESPACE ADVICE: what to do where the kernel gives no user namespaces. Systems forbid them in
// different ways; which one it was shows in its settings.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kodad::storage::host {

/// The text of a file below /proc/sys, without its newline; nothing where there is none.
using kernel_setting = std::function<std::optional<std::string>(const std::string& name)>;

kernel_setting own_kernel_settings();

/// Does a program or the kernel complain that namespaces were refused?
bool speaks_of_namespaces(std::string_view complaint);

/// One sentence without a full stop: the setting to change, or where else to look.
std::string namespace_advice(const kernel_setting& value_of);

} // namespace kodad::storage::host
