// sources: verifier/inspector/added_bytes.cpp verifier/inspector/changes.cpp
// sources: verifier/inspector/document.cpp verifier/inspector/inspect.cpp verifier/inspection.cpp
// libraries: -lqpdf -DPOINTERHOLDER_TRANSITION=4 -DJSON_HH -include tests/fuzz/qpdf_json.hpp

// The inspector without its cage on any file: it always answers, in its one form, and what it says
// of a signature lies inside the file. Files with a chain of filters are passed over: only the
// bound on the real process's memory stops a bomb.
#include "verifier/inspector/inspect.hpp"

#include "base/check.hpp"

namespace {

bool has_chain_of_filters(std::string_view file) {
    static constexpr std::string_view name = "Decode";
    for (std::size_t at = file.find(name); at != std::string_view::npos;
         at = file.find(name, at + 1)) {
        if (file.substr(at + 1, 40).find(name) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace songda;
    const ByteView file(data, size);
    if (has_chain_of_filters(as_text(file))) {
        return 0;
    }
    const verifier::Inspection made = inspector::inspect(file);
    const auto read = verifier::parse_inspection(verifier::write_inspection(made));
    SONGDA_CHECK(read.ok() && read.value() == made);
    for (const verifier::InspectedSignature& each : made.signatures) {
        SONGDA_CHECK(each.gap_begin + 2 < each.gap_end && each.gap_end < each.end &&
                     each.end <= file.size());
        SONGDA_CHECK((each.later == verifier::LaterChange::none) == (each.end == file.size()));
    }
    return 0;
}
