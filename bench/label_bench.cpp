// Labels of waybills a second of CPU time, one thread: `label_bench FONTS FORM SECONDS` → set and
// written as PDF; set, drawn at 203 dpi and written as ZPL; bytes of each.

#include <cstdio>
#include <string>

#include "bench/cpu_time.hpp"
#include "postal-adapter/label.hpp"

namespace {

using namespace songda;

postal::LabelContent content_of(unsigned number) {
    const auto hidden = [](std::string text) { return Private<std::string>(std::move(text)); };
    const std::string digits = std::to_string(1'000'000'000'000 + number);
    return {"中国邮政政务专递",
            "审批结果寄递",
            digits,
            "SD" + digits,
            "南京 建邺",
            "320105",
            {hidden("示例市鑫𠮷餐饮管理有限公司"), hidden("138" + digits.substr(5)),
             hidden("江苏省南京市建邺区应天大街" + std::to_string(number % 900) +
                    "号金润发大厦B座18楼1802室")},
            {hidden("示例市市场监督管理局"), hidden("025-83110000"),
             hidden("江苏省南京市玄武区示例路1号政务服务中心3楼")},
            "审批结果文书1份",
            "1/1",
            "须由收件人本人或受托人签收，不得投入快递柜或由他人代收",
            "2026-12-01"};
}

/// Labels a second, and the bytes of the last one.
template <class Write>
std::pair<double, std::size_t> rate_of(double seconds, Write write) {
    std::size_t bytes = 0;
    unsigned made = 0;
    const double from = cpu_seconds();
    double spent = 0;
    while (spent < seconds) {
        for (int i = 0; i < 16; ++i) {
            bytes = write(content_of(made++));
        }
        spent = cpu_seconds() - from;
    }
    return {made / spent, bytes};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "label_bench FONTS FORM SECONDS\n");
        return 2;
    }
    const auto fonts = issuer::FontSet::load(argv[1]);
    const auto form = postal::read_label_form(argv[2]);
    if (!fonts.ok() || !form.ok()) {
        std::fprintf(stderr, "%s\n", (fonts.ok() ? form.error() : fonts.error()).detail.c_str());
        return 1;
    }
    const auto set = [&](const postal::LabelContent& content) {
        return postal::set_label(form.value(), *fonts.value(), content).value();
    };
    const double seconds = std::stod(argv[3]) / 2;
    const auto pdf = rate_of(seconds, [&](const postal::LabelContent& content) {
        const issuer::Sheet sheet = set(content);
        return issuer::write_sheets({&sheet, 1}, content.waybill).size();
    });
    const auto zpl = rate_of(seconds, [&](const postal::LabelContent& content) {
        return issuer::write_zpl(issuer::draw_sheet(set(content), 203), 1, content.waybill).size();
    });
    std::printf("%.0f %.0f %zu %zu\n", pdf.first, zpl.first, pdf.second, zpl.second);
}
