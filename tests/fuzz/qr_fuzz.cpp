// sources: verifier/check_qr.cpp verifier/conclusion.cpp verifier/key_list.cpp verifier/report.cpp
// sources: base/certificate.cpp base/json.cpp
// sources: verifier/visible_text.cpp

// The QR check on any text with the golden key list: a yes is given only for the claims and the
// document key that were sealed, whatever the text around them.
#include "base/check.hpp"
#include "tests/fakes/golden_file.hpp"
#include "verifier/check_qr.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    static const verifier::KeyList keys =
        verifier::parse_key_list(fakes::golden_file("seal/keys.json")).value();
    const verifier::Report report =
        verifier::check_qr(as_text({data, size}), keys, TimeMs{1'796'083'200'000});
    const bool good = report.integrity.answer == verifier::Answer::yes;
    SONGDA_CHECK(good == report.document.has_value());
    SONGDA_CHECK(report.status.answer == verifier::Answer::unknown);
    if (good) {
        SONGDA_CHECK(report.document->key == "0123456789ABCDEF");
        SONGDA_CHECK(report.document->number == "JY13201990000012");
        SONGDA_CHECK(report.document->holder == "张**");
    }
    SONGDA_CHECK(!verifier::report_json(report).empty());
    return 0;
}
