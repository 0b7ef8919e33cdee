// One thread makes licences or letters; prints what it makes per second of its CPU time, as
// `openssl speed` counts its own, and their mean size in bytes.
//
//   core_bench document CONFIG SAMPLES SECONDS
//       the document: values set, record, QR seal, page, signature, hash of the file
//   core_bench decision CONFIG SAMPLES SECONDS
//       the same from a decision's JSON, through the issuer with its rules, to the rows for the
//       store, which looks at them and forgets them
//   core_bench letter CONFIG SAMPLES SECONDS
//       as decision, with decision letters; of the rows every other one from the first on is taken

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "base/qr_claims.hpp"
#include "base/text_codec.hpp"
#include "bench/cpu_time.hpp"
#include "bench/forgetful_store.hpp"
#include "catalogue/profile.hpp"
#include "issuer/fonts/font_set.hpp"
#include "issuer/issuer.hpp"
#include "issuer/licence.hpp"
#include "issuer/named_values.hpp"
#include "issuer/record.hpp"
#include "issuer/render/renderer.hpp"
#include "signer/file_signer.hpp"

namespace {

using namespace songda;

constexpr std::string_view verify_base = "https://verify.example.gov.cn/v/";
constexpr std::size_t batch_rows = 64;
/// Fonts are taken apart on first use; a service has done that long before it is busy.
constexpr double warm_up_seconds = 2;

/// The samples' licences: every other row.
std::vector<std::string> read_licences(const char* path) {
    std::ifstream in(path);
    std::vector<std::string> rows;
    std::string line;
    for (bool licence = true; std::getline(in, line); licence = !licence) {
        if (licence) {
            rows.push_back(line);
        }
    }
    return rows;
}

struct Made {
    std::uint64_t documents = 0;
    std::uint64_t bytes = 0;
};

/// A department's signer and its licence template, as the page of real keys: a sample carries its
/// mark besides.
struct Desk {
    Desk(const app::Config& config, const std::string& template_id)
        : department(config.departments.front()),
          profiles(catalogue::Profiles::read(config.profiles_folder).value()),
          signer(std::move(signer::open_file_signer({{{department.code},
                                                      department.seal_key,
                                                      department.seal_certificate,
                                                      department.qr_key,
                                                      ""}},
                                                    false, clock)
                               .value())),
          compiled(
              issuer::compile_template(
                  issuer::read_template(config.templates_folder + '/' + template_id).value(),
                  {department.code, department.name, department.number_prefix, department.region,
                   department.seal_text},
                  issuer::FontSet::load(config.fonts_folder).value(),
                  {signer->cms_bytes_reserved({department.code}).value(), issuer::PageMark::none})
                  .value()) {}

    const app::DepartmentConfig& department;
    const catalogue::Profiles profiles;
    SystemClock clock;
    SystemRandom random;
    std::unique_ptr<signer::Signer> signer;
    std::shared_ptr<const issuer::CompiledTemplate> compiled;
};

/// A decision that was read, and its values by the names that templates use, which view it.
struct Given {
    issuer::Decision decision;
    issuer::DecisionValues values;
};

/// `given` stays where it is.
void give(const std::string& row, Given& given) {
    given.decision = issuer::read_decision(row, Date{9999, 12, 31}).decision;
    given.values = issuer::name_values(given.decision);
}

/// What stands between a read decision and a finished file, step by step as issuer::detail::Batch.
class DocumentMaker {
public:
    DocumentMaker(Desk& desk, const std::vector<std::string>& rows)
        : desk_(desk), given_(rows.size()) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            give(rows[i], given_[i]);
        }
        document_.department = {desk.department.code};
        document_.department_name = desk.department.name;
    }

    Made make_batch() {
        Made made;
        for (std::size_t i = 0; i < batch_rows; ++i) {
            const Result<std::size_t> size = make(given_[next_++ % given_.size()]);
            made.documents += size.ok() ? 1U : 0U;
            made.bytes += size.ok() ? size.value() : 0U;
        }
        return made;
    }

private:
    Result<std::size_t> make(const Given& given) {
        const DepartmentCode code{desk_.department.code};
        const issuer::Template& spec = desk_.compiled->spec();
        const TimeMs now = desk_.clock.now();
        const DocumentKey key = make_document_key(desk_.random);
        const std::string key_text = to_text(key);
        const std::string number = "JY1320199" + std::to_string(1'000'000 + next_);
        std::vector<issuer::NamedValue> values = given.values.list;
        std::vector<issuer::Finding> findings;
        const issuer::Licence licence = issuer::plan_licence(
            {spec, code, given.decision, china_date(now)}, std::nullopt, desk_.random, findings);
        document_.number = number;
        document_.issued_at = now;
        document_.valid_from = given.decision.valid_from;
        document_.valid_until = given.decision.valid_until;
        const std::string metadata =
            issuer::make_licence_metadata(licence, spec, given.decision, document_);
        const auto placement = renderer_.place(*desk_.compiled, values);
        const std::string record = issuer::make_record(
            given.decision, {key, number, now, desk_.department.name, code, spec.full_name(),
                             spec.title, spec.type_code, &licence});
        const Digest record_hash = sha256(as_bytes(record));
        const auto seconds = static_cast<std::uint64_t>(now.value / 1000);
        const auto seal = desk_.signer->seal_qr(
            code, key,
            encode_qr_claims({"示**公司", seconds, seconds, spec.type_code, number, record_hash}));
        if (!placement.findings.empty() || !findings.empty() || !seal.ok()) {
            return Error{Fault::internal, "a sample that cannot be set"};
        }
        values.push_back({"number", number});
        values.push_back({"key", key_text});
        values.push_back({"identifier", licence.identifier});
        auto file = renderer_.render(*desk_.compiled, {values, as_bytes(record), record_hash,
                                                       std::string(verify_base) + key_text + '#',
                                                       to_base41(seal.value()), now, key,
                                                       placement.values.get(), as_bytes(metadata)});
        if (!file.ok()) {
            return file.error();
        }
        issuer::Unsigned& page = file.value();
        const auto cms = desk_.signer->sign_document(
            code, store::TicketMint::mint(make_document_id(now, desk_.random), page.digest));
        if (!cms.ok() || !issuer::insert_signature(page, cms.value()).ok() ||
            issuer::file_hash(page) == record_hash) {
            return Error{Fault::internal, "a document that cannot be signed"};
        }
        const std::size_t size = page.file.size();
        renderer_.take_back(std::move(page));
        return size;
    }

    Desk& desk_;
    std::vector<Given> given_;
    store::DocumentRow document_; ///< the row that the issuer has filled in by then
    issuer::Renderer renderer_;
    std::size_t next_ = 0;
};

/// The issuer with all its steps but the check of the output.
class DecisionMaker {
public:
    DecisionMaker(Desk& desk, const std::vector<std::string>& rows)
        : desk_(desk), rows_(rows), issuer_({.store = store_,
                                             .signer = *desk.signer,
                                             .clock = desk.clock,
                                             .random = desk.random,
                                             .metrics = registry_,
                                             .check_output =
                                                 [](std::span<const ByteView> files) {
                                                     return std::vector<Result<void>>(files.size());
                                                 },
                                             .profiles = &desk.profiles,
                                             .verify_base = std::string(verify_base),
                                             .threads = 1}) {
        const auto added = issuer_.add_template(desk.compiled);
        if (!added.ok()) {
            std::fprintf(stderr, "%s\n", added.error().detail.c_str());
        }
    }

    /// The same decisions under keys and case numbers that nobody used.
    void prepare() {
        texts_.clear();
        for (std::size_t i = 0; i < batch_rows; ++i, ++next_) {
            std::string& row = texts_.emplace_back(rows_[next_ % rows_.size()]);
            for (const std::string_view member :
                 {"\"idempotency_key\": \"", "\"case_number\": \""}) {
                const std::size_t at = row.find(member) + member.size();
                row.replace(at, row.find('"', at) - at, "bench-" + std::to_string(next_));
            }
        }
    }
    Made make_batch() {
        std::vector<issuer::Row> batch;
        batch.reserve(texts_.size());
        for (const std::string& text : texts_) {
            batch.push_back({text, {}});
        }
        Made made;
        for (const auto& answer : issuer_.issue({desk_.department.code}, batch)) {
            const bool done = answer.kind == issuer::Answer::Kind::issued;
            made.documents += done ? 1U : 0U;
            made.bytes += done ? answer.document.file.size : 0U;
        }
        return made;
    }

private:
    Desk& desk_;
    const std::vector<std::string>& rows_;
    bench::ForgetfulStore store_;
    metrics::Registry registry_;
    issuer::Issuer issuer_;
    std::vector<std::string> texts_;
    std::size_t next_ = 0;
};

/// Only what `make` does is counted.
template <class Prepare, class Make>
void measure(double seconds, Prepare prepare, Make make) {
    Made made;
    double used = 0;
    for (const double wanted : {warm_up_seconds, seconds}) {
        made = {};
        used = 0;
        while (used < wanted) {
            prepare();
            const double before = cpu_seconds();
            const Made some = make();
            used += cpu_seconds() - before;
            made.documents += some.documents;
            made.bytes += some.bytes;
        }
    }
    const auto count = static_cast<double>(made.documents);
    std::printf("%.0f %.0f\n", count / used, static_cast<double>(made.bytes) / count);
}

} // namespace

int main(int words, char** arguments) {
    const std::string what = words == 5 ? arguments[1] : "";
    if (what != "document" && what != "decision" && what != "letter") {
        std::fprintf(stderr, "usage: core_bench document|decision|letter CONFIG SAMPLES SECONDS\n");
        return 2;
    }
    const auto config = app::read_config(arguments[2]);
    if (!config.ok()) {
        std::fprintf(stderr, "%s\n", config.error().detail.c_str());
        return 2;
    }
    const auto rows = read_licences(arguments[3]);
    const double seconds = std::stod(arguments[4]);
    Desk desk(config.value(), what == "letter" ? "permit-decision" : "food-business-licence");
    if (what == "document") {
        DocumentMaker maker(desk, rows);
        measure(
            seconds, [] {}, [&] { return maker.make_batch(); });
    } else {
        DecisionMaker maker(desk, rows);
        measure(
            seconds, [&] { maker.prepare(); }, [&] { return maker.make_batch(); });
    }
    return 0;
}
