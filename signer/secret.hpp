#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace songda::signer {

/// A PIN, a passphrase or the text of a key file: in OpenSSL's secure heap, which is locked in
/// memory and never dumped (harden_process), and wiped when it is let go. Like Private it has no
/// output operator.
class Secret {
public:
    Secret() = default;
    /// Copies; who holds the original wipes it.
    explicit Secret(std::string_view text);
    Secret(const Secret& other) : Secret(other.reveal()) {}
    Secret(Secret&& other) noexcept { swap(other); }
    Secret& operator=(Secret other) noexcept {
        swap(other);
        return *this;
    }
    ~Secret();

    /// The first line of a file, a pipe or a descriptor (/dev/fd/N) that only its owner should
    /// read. Faults: not_found, invalid_input (empty, too long); they name the file and nothing of
    /// its content.
    [[nodiscard]] static Result<Secret> read_line(const std::string& path);
    /// All of it.
    [[nodiscard]] static Result<Secret> read_file(const std::string& path);

    [[nodiscard]] std::string_view reveal() const { return {text_, size_}; }

private:
    void swap(Secret& other) noexcept;

    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

} // namespace songda::signer
