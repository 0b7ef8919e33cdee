#pragma once

#include <string>

#include <sys/types.h>

namespace songda::app {

/// Who acts on the command line, for the audit trail and for the rule that nobody publishes what
/// they wrote: `operator:zhang`, the account of the real user, or of whoever became root by sudo.
[[nodiscard]] std::string operator_name();

/// The same of what the system says. `sudo_uid`, `sudo_user`: as sudo sets them in the environment,
/// null without; only root's are believed, since anybody could set their own.
[[nodiscard]] std::string operator_name_of(uid_t user, const char* sudo_uid, const char* sudo_user);

} // namespace songda::app
