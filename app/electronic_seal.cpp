#include "app/electronic_seal.hpp"

#include <memory>

#include <fmt/core.h>

#include "app/commands.hpp"
#include "app/pki_desk.hpp"
#include "base/certificate.hpp"
#include "base/durable_file.hpp"
#include "base/open_file.hpp"
#include "base/sm2.hpp"
#include "signer/seal_maker.hpp"

namespace songda::app {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

struct Arguments {
    std::string id;
    std::string name;
    std::vector<std::string> signers;
    std::string key;
    std::string certificate;
    std::string passphrase_file;
    std::string picture;
    unsigned width_mm = 42;
    unsigned height_mm = 42;
    std::string last_day;
    std::string out;
};

Error wrong(const std::string& option, const std::string& why) {
    return {Fault::invalid_input, option + ": " + why};
}

/// The first certificate of each file, and the earliest of their ends.
Result<TimeMs> read_signers(const Arguments& asked, SealInfo& to) {
    std::optional<TimeMs> end;
    for (const std::string& path : asked.signers) {
        const auto read = read_certificates(path);
        if (!read.ok()) {
            return read.error();
        }
        const X509* const own = read.value().front().get();
        if (!is_sm2(X509_get0_pubkey(own)) || !is_seal_certificate(own)) {
            return wrong("--signer", path + "：不是国密印章证书 not a seal certificate of the SM2 "
                                            "suite: songda pki seal");
        }
        const TimeMs ends = validity_of(own).not_after;
        end = end && *end < ends ? end : ends;
        to.certificates.push_back(certificate_der(own));
    }
    return end ? Result(*end) : wrong("--signer", "缺签章人证书 is missing");
}

/// GIF and BMP are allowed too, and nobody needs them.
Result<std::string> picture_type(ByteView picture) {
    const std::string_view text = as_text(picture);
    if (text.starts_with("\x89PNG\r\n\x1A\n")) {
        return std::string("PNG");
    }
    if (text.starts_with("\xFF\xD8\xFF")) {
        return std::string("JPG");
    }
    return wrong("--picture", "须为 PNG 或 JPG is PNG or JPG");
}

Result<SealInfo> read_info(const Arguments& asked, TimeMs now) {
    SealInfo info;
    const auto end = read_signers(asked, info);
    auto picture = read_whole(asked.picture, electronic_seal_bytes_max);
    if (!end.ok() || !picture.ok()) {
        return end.ok() ? picture.error() : end.error();
    }
    auto type = picture_type(picture.value());
    const auto last_day = parse_date(asked.last_day);
    if (!type.ok() || (!last_day && !asked.last_day.empty())) {
        return type.ok() ? wrong("--last-day", "日期如 2031-11-29 is a day such as that")
                         : type.error();
    }
    info.id = asked.id;
    info.vendor = "SONGDA";
    info.name = asked.name;
    info.created = now;
    info.valid_from = now;
    info.valid_until = last_day ? china_midnight(*last_day) + (day_ms - 1000) : end.value();
    info.picture_type = std::move(type).value();
    info.picture = std::move(picture).value();
    info.width_mm = asked.width_mm;
    info.height_mm = asked.height_mm;
    return info;
}

Result<Bytes> make(const Arguments& asked, SealInfo& info) {
    const auto passphrase = read_key_passphrase(asked.passphrase_file);
    if (!passphrase.ok()) {
        return passphrase.error();
    }
    const auto key = signer::Sm2Key::read(asked.key, passphrase.value().reveal());
    const auto maker = read_certificates(asked.certificate);
    auto read = read_info(asked, SystemClock().now());
    if (!key.ok() || !maker.ok()) {
        return key.ok() ? maker.error() : key.error();
    }
    if (!read.ok()) {
        return read.error();
    }
    info = std::move(read).value();
    return signer::make_electronic_seal(info, key.value(), maker.value().front().get());
}

int run(const Arguments& asked) {
    SealInfo info;
    const auto seal = make(asked, info);
    if (!seal.ok()) {
        return tell_pki_failure(seal.error());
    }
    const auto written = replace_file(asked.out, as_text(seal.value()), 0644);
    if (!written.ok()) {
        return tell_pki_failure(written.error());
    }
    fmt::print("已制作电子印章 electronic seal {} · {} · {} bytes\n"
               "  有效期至 valid until {}\n"
               "  → 在配置中写 sm2_electronic_seal = \"{}\" name it in the configuration\n",
               info.id, info.name, seal.value().size(), to_china_time(info.valid_until), asked.out);
    return 0;
}

} // namespace

void add_electronic_seal(CLI::App& seal, int& status) {
    const auto asked = std::make_shared<Arguments>();
    CLI::App* const command = seal.add_subcommand(
        "electronic", "制作电子印章（GB/T 38540）；正式的由电子印章系统制作 make an electronic "
                      "seal; real ones come from an electronic seal system");
    command->callback([asked, &status] { status = run(*asked); });
    command->add_option("--id", asked->id, "印章编码 id of the seal")->required();
    command->add_option("--name", asked->name, "印章名称 name on the seal")->required();
    command
        ->add_option("--signer", asked->signers,
                     "签章人证书（PEM），可多次 certificate that signs with it")
        ->required();
    command->add_option("--maker-key", asked->key, "制章人私钥 key of the maker")->required();
    command->add_option("--maker-certificate", asked->certificate, "制章人证书 its certificate")
        ->required();
    command->add_option("--maker-passphrase-file", asked->passphrase_file,
                        "私钥口令文件 passphrase of that key");
    command->add_option("--picture", asked->picture, "印章图像，PNG 或 JPG picture")->required();
    command->add_option("--width", asked->width_mm, "宽，毫米 width in millimetres")
        ->capture_default_str();
    command->add_option("--height", asked->height_mm, "高，毫米 height in millimetres")
        ->capture_default_str();
    command->add_option("--last-day", asked->last_day,
                        "截止日期，缺省随证书 last day; else that of the certificate");
    command->add_option("--out", asked->out, "写入的文件 file to write")->required();
}

} // namespace songda::app
