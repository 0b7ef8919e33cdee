#pragma once

#include <stdexcept>
#include <string>

#include "delivery/channels/provider/request.hpp"
#include "delivery/channels/provider/spec.hpp"
#include "tests/fakes/child_process.hpp"

namespace songda::delivery::provider::samples {

inline constexpr std::string_view leg_text = "0193a1b2c3d47e5f8a9b0c1d2e3f4a5b";
inline constexpr std::string_view phone = "13800138000";

inline std::string shipped_path(const std::string& name) {
    return SONGDA_SOURCE_DIR "/config/providers/" + name + ".toml";
}

/// A file of config/providers.
inline Spec shipped(const std::string& name) {
    auto spec = read_spec(shipped_path(name));
    return spec.ok() ? std::move(spec).value() : throw std::runtime_error(spec.error().detail);
}

/// The same with other words in it.
inline Result<Spec> shipped_with(const std::string& name, const std::string& old,
                                 const std::string& fresh) {
    std::string text = fakes::read_file(shipped_path(name));
    const std::size_t at = text.find(old);
    if (at == std::string::npos) {
        throw std::runtime_error(name + " has no " + old);
    }
    return parse_spec(text.replace(at, old.size(), fresh), name + ".toml");
}

inline std::string fixture(const std::string& name) {
    const std::string text = fakes::read_file(SONGDA_SOURCE_DIR "/tests/fixtures/provider/" + name);
    return text.empty() ? throw std::runtime_error(name + " is empty") : text;
}

/// A secret for each name that a file asks for.
inline Secrets secrets_for(const Spec& spec) {
    Secrets secrets;
    for (const std::string& name : spec.secrets) {
        secrets[name] = Private<std::string>("secret-" + name);
    }
    return secrets;
}

inline MessageFacts sample_facts(Occasion occasion = Occasion::issued) {
    MessageFacts facts;
    facts.occasion = occasion;
    facts.to = Private<std::string>(std::string(phone));
    facts.leg = leg_text;
    facts.link = Private<std::string>("https://songda.example.gov.cn/inbox/Zm9vYmFyYmF6cXV4");
    facts.title = "食品经营许可证";
    facts.number = "JY13201990000019";
    facts.department = "示例市行政审批局";
    facts.status = occasion == Occasion::status ? "撤销" : "";
    return facts;
}

} // namespace songda::delivery::provider::samples
