#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "app/kiosk/device_config.hpp"
#include "app/paced_thread.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "printing/printer.hpp"

namespace songda::app {

/// The device: holds its key, speaks to the kiosks' door over TLS with its certificate, prints, and
/// says what became of the paper. The page on its screen (local_door.hpp) sees no token and no
/// file. One person at a time. Safe to call from several threads.
class KioskDevice {
public:
    /// Faults: invalid_input (the printer's address).
    [[nodiscard]] static Result<std::unique_ptr<KioskDevice>> open(const DeviceConfig& config,
                                                                   const Clock& clock);

    /// Makes a key and gets its first certificate for the code. Faults: as the door answered
    /// (forbidden: the code; unavailable: nobody there).
    [[nodiscard]] Result<void> enrol(const std::string& code);

    /// Heartbeats each 30 s, renewal with a key of its own when a third of the certificate's time
    /// is left, and what the door was not told yet.
    void start();
    /// One such round; false when the door did not answer.
    bool beat();

    /// `{"number","name","identity","code"}` → `{"documents":[…]}`; the session stays here. How the
    /// card was read is the configuration's to say. 403 when whoever asked has left meanwhile.
    [[nodiscard]] http::Response open_desk(const std::string& body);
    /// Prints that document: `{"state":"printed","sheets":2}`, `"busy"`, or `"failed"` with its
    /// reason, which the door was told; `"ended"` when whoever asked has left. Blocks while it
    /// prints; a printer that is busy is asked again for some seconds.
    [[nodiscard]] http::Response print(const std::string& document);
    /// The person took the sheets, or did not: `{"state":"collected"}` or `"returned"`; `"kept"`:
    /// the door will be told.
    [[nodiscard]] http::Response confirm(bool taken);
    /// In words of the heartbeat; `gone`: it does not answer.
    [[nodiscard]] std::string printer_words() const;
    /// Forgets who stood here.
    void end_session();
    /// For the idle screen: `{"online","printer","place"}`.
    [[nodiscard]] std::string standing() const;

private:
    KioskDevice(const DeviceConfig& config, printing::Printer printer, const Clock& clock)
        : config_(config), printer_(std::move(printer)), clock_(clock) {}
    /// Status 0: no answer.
    [[nodiscard]] http::Response ask(const std::string& name, std::string body,
                                     bool with_certificate = true) const;
    [[nodiscard]] Result<std::string> make_request() const;
    [[nodiscard]] Result<void> keep_certificate(const std::string& answer) const;
    void renew_if_due() const;
    [[nodiscard]] std::uint64_t begin_visit();
    [[nodiscard]] bool is_here(std::uint64_t visit) const;
    [[nodiscard]] http::Response print_for(std::uint64_t visit, const std::string& session,
                                           const std::string& document);
    struct Leave {
        std::string release;
        std::uint32_t pages = 0;
    };
    [[nodiscard]] http::Response print_file(std::uint64_t visit, const Leave& leave,
                                            const printing::PrintOrder& order);
    [[nodiscard]] bool settle_lost();
    void look_for_lost();
    /// On disk before it is told, so that a crash forgets no sheet.
    [[nodiscard]] http::Response tell_result(const std::string& release, std::uint32_t sheets,
                                             bool taken, const std::string& failure);
    void tell_again();
    [[nodiscard]] std::string path(const std::string& name) const {
        return config_.folder + '/' + name;
    }

    const DeviceConfig config_;
    const printing::Printer printer_;
    const Clock& clock_;
    std::mutex telling_;       ///< no result is told twice at once
    mutable std::mutex mutex_; ///< of what follows
    std::uint64_t visit_ = 0;  ///< of who stands here: what was asked for another is nobody's
    std::string session_;
    struct Printed {
        std::string release;
        std::uint32_t sheets = 0;
    };
    std::optional<Printed> printed_; ///< waits for the person
    /// What the printer went away with: its paper may come, so nothing else is printed, and the
    /// door is not told, until that is known.
    struct Lost {
        std::string release;
        std::string job;
    };
    std::optional<Lost> lost_;
    bool printing_ = false;
    bool online_ = false;
    std::string place_;
    std::string printer_words_;
    PacedThread thread_; ///< first to go
};

} // namespace songda::app
