#include "signer/seals/register_watch.hpp"

#include <cerrno>
#include <map>
#include <mutex>

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/chain_file.hpp"
#include "base/log.hpp"
#include "signer/seals/seal_register.hpp"
#include "signer/seals/seal_ruling.hpp"

namespace songda::signer {
namespace {

/// What counts for one department until the register says something else.
struct Standing {
    std::optional<Seal> seal;
    std::optional<SealRefusal> refused; ///< there is no seal that counts
};

class RegisterWatch final : public SealRules {
public:
    RegisterWatch(std::string path, Descriptor file, std::vector<SealFace> faces)
        : path_(std::move(path)), file_(std::move(file)), faces_(std::move(faces)) {}

    SealRuling rule(const DepartmentCode& department, SealPurpose purpose, const SealUse& use,
                    TimeMs now) override {
        if (purpose == SealPurpose::timestamp || department.text.empty()) {
            return {};
        }
        const std::scoped_lock lock(mutex_);
        if (!heed()) {
            return {"", SealRefusal{"register_unreadable",
                                    "印章名录读不出或已被改动，一律不得用印：查看日志，核对副本 "
                                    "songda seal list，恢复后重启",
                                    "the register of seals cannot be read or was changed, so that "
                                    "no seal is used: see the log, compare with a copy (songda "
                                    "seal list), put it right and restart"}};
        }
        const auto found = standings_.find(department);
        if (found == standings_.end()) {
            return {"", refuse_no_seal(department)};
        }
        const Standing& standing = found->second;
        return standing.seal
                   ? SealRuling{standing.seal->id, refuse_use(*standing.seal, purpose, use, now)}
                   : SealRuling{"", standing.refused};
    }

    /// Reads what is new.
    [[nodiscard]] Result<void> read_on() {
        struct stat about {};
        if (fstat(file_.get(), &about) != 0) {
            return file_error(path_, errno);
        }
        const auto size = static_cast<std::size_t>(about.st_size);
        if (size == end_.whole_bytes && about.st_nlink != 0) {
            return {};
        }
        if (about.st_nlink == 0 || size < end_.whole_bytes || size > register_bytes_max) {
            return Error{Fault::corrupt, path_ + ": was replaced, cut or is too large"};
        }
        const auto text = read_from(end_.whole_bytes, size);
        return text.ok() ? take(text.value()) : text.error();
    }

private:
    bool heed() {
        if (!failed_) {
            const auto read = read_on();
            if (!read.ok()) {
                failed_ = true;
                log::error("seal_register_unreadable", {{"fault", fault_name(read.error().fault)},
                                                        {"why", read.error().detail}});
            }
        }
        return !failed_;
    }

    [[nodiscard]] Result<std::string> read_from(std::size_t begin, std::size_t end) const {
        std::string text(end - begin, '\0');
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t got = pread(file_.get(), text.data() + done, text.size() - done,
                                      static_cast<off_t>(begin + done));
            if (got < 0 && errno != EINTR) {
                return file_error(path_, errno);
            }
            if (got == 0) {
                break; // a torn end was cut off meanwhile
            }
            done += got > 0 ? static_cast<std::size_t>(got) : 0;
        }
        text.resize(done);
        return text;
    }

    /// A last line that is not whole is left for the next time.
    [[nodiscard]] Result<void> take(std::string_view text) {
        auto end = read_chain(
            text, end_.head, [this](std::string_view json) { return enter_json(seals_, json); },
            path_, end_.lines);
        if (!end.ok()) {
            return end.error();
        }
        end_.head = std::move(end.value().head);
        end_.whole_bytes += end.value().whole_bytes;
        end_.lines += end.value().lines;
        if (end.value().lines != 0) {
            choose();
        }
        return {};
    }

    void choose() {
        for (const SealFace& face : faces_) {
            if (!face.department.text.empty()) {
                const SealChoice choice = choose_seal(seals_, face);
                standings_[face.department] = {choice.seal == nullptr ? std::nullopt
                                                                      : std::optional(*choice.seal),
                                               choice.refused};
            }
        }
    }

    const std::string path_;
    const Descriptor file_;
    const std::vector<SealFace> faces_;
    std::mutex mutex_; ///< guards all that follows
    ChainEnd end_{chain_start()};
    RegisteredSeals seals_;
    std::map<DepartmentCode, Standing> standings_;
    bool failed_ = false;
};

} // namespace

Result<std::unique_ptr<SealRules>> open_register_watch(const std::string& folder,
                                                       const std::vector<SealFace>& faces) {
    std::string path = register_path(folder);
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) {
        return errno == ENOENT ? no_register(path) : file_error(path, errno);
    }
    auto watch = std::make_unique<RegisterWatch>(std::move(path), std::move(file), faces);
    const auto read = watch->read_on();
    if (!read.ok()) {
        return read.error();
    }
    return std::unique_ptr<SealRules>(std::move(watch));
}

} // namespace songda::signer
