#pragma once

namespace songda::app {

/// Long work that an operator may stop: the first Ctrl-C or SIGTERM asks it to stop where nothing
/// is left half done, the second ends the process. One at a time in a process.
class StopRequest {
public:
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    [[nodiscard]] bool asked() const;
};

} // namespace songda::app
