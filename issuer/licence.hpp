#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "issuer/decision.hpp"
#include "issuer/finding.hpp"
#include "issuer/templates/template.hpp"
#include "store/store.hpp"

/// Electronic licences (电子证照): what GB/T 36903 and 36904 add to a document, and what the law
/// asks of one that follows an earlier one. docs/formats/licence.md.
namespace songda::issuer {

/// The document that a decision relates to, as far as the later one needs it.
struct EarlierDocument {
    store::DocumentRow row;
    store::StatusEntry status;
    std::string holder_code; ///< from its record: of the register's rows none has it
};

/// What a licence says beside its decision. Values of this kind only come from `plan_licence`.
struct Licence {
    std::string type;       ///< ZZLXDM
    std::string name;       ///< ZZMC
    std::string identifier; ///< ZZBS; of a copy that of its main
    store::Operation operation = store::Operation::issued;
    std::string previous_identifier; ///< 关联证照标识, of a renewal, change or transfer
    std::optional<EarlierDocument> earlier;
    std::optional<store::RelationKind> relation; ///< to `earlier`

    [[nodiscard]] bool is_copy() const { return relation && store::is_copy(*relation); }
    /// Copies have their main's number; so have renewals and changes, where the template says so.
    bool keeps_number = false;
};

/// The type code of the template is one: a 统一社会信用代码 and three digits. Fault invalid_input.
[[nodiscard]] Result<void> check_licence_template(const Template& spec);

/// Reads what the decision relates to; nothing where it is not there or another department's. Only
/// decisions that relate to something cost this: it reads a stored file.
/// `newest_version`: of the template that `relates` may name; older ones are looked at too, since
/// licences outlive their template's versions.
[[nodiscard]] Result<std::optional<EarlierDocument>>
find_earlier_document(store::Store& store, const DepartmentCode& department, const Relates& relates,
                      int newest_version);

/// For whom and when a licence is made; views.
struct LicenceRequest {
    const Template& spec;
    const DepartmentCode& department;
    const Decision& decision;
    Date today; ///< in China
};

/// Makes the licence, and tells all that keeps it from following the earlier document. `earlier` is
/// absent where the decision relates to nothing, or to nothing that is there. Meaningful only
/// without findings.
[[nodiscard]] Licence plan_licence(const LicenceRequest& request,
                                   std::optional<EarlierDocument> earlier, Random& random,
                                   std::vector<Finding>& findings);

/// `licence-metadata.json`: the element short names of GB/T 36903, one JSON object.
[[nodiscard]] std::string make_licence_metadata(const Licence& licence, const Template& spec,
                                                const Decision& decision,
                                                const store::DocumentRow& document);

/// 001 统一社会信用代码, 111 公民身份号码 (GB/T 36903, appendix A).
[[nodiscard]] std::string_view holder_code_type(RecipientKind kind);

} // namespace songda::issuer
