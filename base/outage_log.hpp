#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/openssl_handles.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The log of a kiosk's outage 断网日志: lines of a chain (chain_file.hpp), each signed by the
/// device's key when it was written (docs/formats/kiosk.md). For bytes from anybody.
namespace songda {

/// Of one line, with its line feed: one of them is one row of the store.
inline constexpr std::size_t outage_line_bytes_max = 1800;
/// Lines that are uploaded at once.
inline constexpr std::size_t outage_lines_max = 500;

/// What is told.
enum class OutageEvent : std::uint8_t {
    key,   ///< from here on another key signs; `certificate`: its DER, base64
    print, ///< before the printer is given anything
    paper, ///< what came out; with `failure` it may be tried again
    taken, ///< the person has the paper, or does not: nothing is printed after it
    back,  ///< the package is thrown away
};
[[nodiscard]] std::string_view outage_event_name(OutageEvent event);

/// `package` in all but `key`. `print` and `taken`: `proof`, the nonce that lies in the package, in
/// hexadecimal, and `who`, base64 of seal_outage_text. `paper` and `taken`: `sheets`. `taken`:
/// `yes` or `no`. `back`, `paper`: `reason`.
using OutageFields = std::map<std::string, std::string>;
struct OutageLine {
    OutageEvent event = OutageEvent::key;
    TimeMs at; ///< by the device's clock that nobody turns back
    OutageFields fields;
};

/// JSON of the line that follows on `head`, with its signature. Fault internal: the key.
[[nodiscard]] Result<std::string> write_outage_line(const OutageLine& line, std::string_view head,
                                                    EVP_PKEY* key);

/// How far a log goes that was read.
struct OutageLogEnd {
    std::string head; ///< as ChainEnd
    Bytes key;        ///< SubjectPublicKeyInfo that signs from there on
    std::size_t lines = 0;
    bool operator==(const OutageLogEnd&) const = default;
};

/// Reads lines that follow on `from`. `known`: is that certificate (its SHA-256) of this kiosk?
/// `each` hears of each line with its text, its line feed with it. Faults: corrupt with the number
/// of the line (changed, of another chain, cut short, no line), forbidden (signed by another key,
/// or a certificate that is not this kiosk's). Nothing of what `each` heard counts then.
using OutageCertificateKnown = std::function<Result<bool>(const Digest& certificate)>;
using OutageLineReader = std::function<void(const OutageLine& line, std::string_view text)>;
[[nodiscard]] Result<OutageLogEnd> read_outage_log(std::string_view text, OutageLogEnd from,
                                                   const OutageCertificateKnown& known,
                                                   const OutageLineReader& each);

} // namespace songda
