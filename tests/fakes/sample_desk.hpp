#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "tests/fakes/sample_keys.hpp"

namespace songda::fakes {

/// A department with sample seals and all templates.
inline app::DepartmentConfig sample_department(const DepartmentCode& code) {
    const auto seal = sample_seal(code);
    return {code.text,
            "示例市行政审批局",
            "示审",
            "320199",
            "示例市行政审批局",
            {"food-business-licence", "food-business-licence-duplicate", "pharmacist-registration",
             "licence-annotated-copy", "permit-decision"},
            seal.seal_key,
            seal.seal_certificate,
            seal.qr_key,
            {},
            {{"review_organ", "示例市人民政府"},
             {"review_address", "https://xzfy.example.org/"},
             {"court", "示例市清江县人民法院"},
             {"contact", "12345"}},
            {{"示例市市场监督管理局", "supervision@example.org", "jg-1", {}, false}}};
}

/// What app::Desk::open needs, with the store below `folder`.
inline app::Config sample_config(const std::filesystem::path& folder,
                                 std::vector<app::DepartmentConfig> departments) {
    app::Config config;
    config.templates_folder = SONGDA_SOURCE_DIR "/templates";
    config.profiles_folder = SONGDA_SOURCE_DIR "/catalogue/profiles";
    config.calendar_folder = SONGDA_SOURCE_DIR "/catalogue/calendar";
    config.register_folders = {SONGDA_SOURCE_DIR "/catalogue/areas",
                               SONGDA_SOURCE_DIR "/samples/register"};
    config.fonts_folder = SONGDA_SOURCE_DIR "/build/fonts";
    config.trust_folder = sample_keys_folder() + "/trust";
    config.http.public_base = "http://localhost:8080";
    config.delivery.secret_file = sample_keys_folder() + "/delivery/delivery.secret";
    config.delivery.link_days = 30;
    config.store = {folder / "store", 16, 1};
    config.departments = std::move(departments);
    return config;
}

} // namespace songda::fakes
