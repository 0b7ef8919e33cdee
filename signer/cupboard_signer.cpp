#include "signer/cupboard_signer.hpp"

#include <map>

namespace songda::signer {
namespace {

class CupboardSigner final : public Signer {
public:
    CupboardSigner(std::shared_ptr<SealCupboard> cupboard, std::map<DepartmentCode, SealForm> forms)
        : cupboard_(std::move(cupboard)), forms_(std::move(forms)) {}

    std::vector<Result<Bytes>> sign_documents(const DepartmentCode& department,
                                              std::vector<DocumentOrder> orders) override {
        std::vector<SealRequest> requests;
        requests.reserve(orders.size());
        for (DocumentOrder& order : orders) {
            order.use.document = order.ticket.document();
            const Digest digest = order.ticket.spend();
            requests.push_back({SealPurpose::document, department, std::move(order.use),
                                Bytes(digest.begin(), digest.end())});
        }
        return make(requests, [&](const SealForm& form, const SealRequest& request,
                                  const EcdsaSignature& signature) {
            Digest digest{};
            std::copy(request.content.begin(), request.content.end(), digest.begin());
            return form.cms().build(digest, write_ecdsa_der(signature));
        });
    }

    std::vector<Result<Bytes>> seal_qrs(const DepartmentCode& department,
                                        std::span<const QrOrder> orders) override {
        std::vector<SealRequest> requests;
        requests.reserve(orders.size());
        for (const QrOrder& order : orders) {
            requests.push_back(
                {SealPurpose::qr, department, order.use, qr_content(order.key, order.claims)});
        }
        return make(requests, [](const SealForm& form, const SealRequest& request,
                                 const EcdsaSignature& signature) {
            return form.qr_seal(ByteView(request.content).subspan(sizeof(DocumentKey)), signature);
        });
    }

    Result<std::vector<SealRuling>> permits(std::span<const SealQuestion> questions) override {
        return cupboard_->permits(questions);
    }

    std::vector<Result<Bytes>> seal_records(const DepartmentCode& department,
                                            std::span<const RecordOrder> orders,
                                            Sm2Style style) override {
        std::vector<SealRequest> requests;
        requests.reserve(orders.size());
        for (const RecordOrder& order : orders) {
            requests.push_back({SealPurpose::record, department, order.use,
                                record_content(style.shape, order.sm3)});
        }
        return make(requests, [style](const SealForm& form, const SealRequest& request,
                                      const EcdsaSignature& signature) {
            return form.record_message(request, style.algorithm, signature);
        });
    }

    bool has_sm2_seal(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        return form != forms_.end() && form->second.sm2() != nullptr;
    }

    Result<Bytes> seal_file(const DepartmentCode& department, const FileOrder& order) override {
        const SealRequest request{SealPurpose::electronic_seal, department, order.use,
                                  sealed_content(order.at, order.sm3)};
        return make({&request, 1},
                    [](const SealForm& form, const SealRequest& asked,
                       const EcdsaSignature& signature) {
                        return form.seal_signature(asked, signature);
                    })
            .front();
    }

    std::optional<SealRoom> seal_room(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        return form == forms_.end() ? std::nullopt : form->second.seal_room();
    }

    Result<std::size_t> cms_bytes_reserved(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        return form == forms_.end() ? Result<std::size_t>(no_seal())
                                    : form->second.cms().bytes_max();
    }

    Result<std::span<const openssl::Certificate>>
    certificates(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        if (form == forms_.end()) {
            return no_seal();
        }
        return std::span<const openssl::Certificate>(form->second.chain());
    }

    Result<Bytes> qr_public_key(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        return form == forms_.end() ? Result<Bytes>(no_seal()) : form->second.face().qr_public_key;
    }

    bool is_sample(const DepartmentCode& department) const override {
        const auto form = forms_.find(department);
        return form == forms_.end() || form->second.is_sample();
    }

private:
    static Error no_seal() { return {Fault::not_found, "no seal for this department"}; }

    /// What `write` makes of each signature; all requests are of one department.
    template <class Write>
    std::vector<Result<Bytes>> make(std::span<const SealRequest> requests, Write write) const {
        std::vector<Result<Bytes>> made;
        made.reserve(requests.size());
        const auto form = requests.empty() ? forms_.end() : forms_.find(requests[0].department);
        if (form == forms_.end()) {
            made.assign(requests.size(), no_seal());
            return made;
        }
        const auto signatures = cupboard_->sign(requests);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            made.push_back(signatures[i].ok() ? Result<Bytes>(write(form->second, requests[i],
                                                                    signatures[i].value()))
                                              : Result<Bytes>(signatures[i].error()));
        }
        return made;
    }

    const std::shared_ptr<SealCupboard> cupboard_;
    const std::map<DepartmentCode, SealForm> forms_;
};

} // namespace

Result<Bytes> Signer::sign_document(const DepartmentCode& department, SigningTicket ticket,
                                    SealUse use) {
    std::vector<DocumentOrder> orders;
    orders.push_back({std::move(ticket), std::move(use)});
    return sign_documents(department, std::move(orders)).front();
}

Result<Bytes> Signer::seal_qr(const DepartmentCode& department, const DocumentKey& key,
                              ByteView claims, SealUse use) {
    const QrOrder order{key, Bytes(claims.begin(), claims.end()), std::move(use)};
    return seal_qrs(department, {&order, 1}).front();
}

Result<std::unique_ptr<Signer>> make_signer(std::shared_ptr<SealCupboard> cupboard,
                                            bool production) {
    std::map<DepartmentCode, SealForm> forms;
    for (const SealFace& face : cupboard->faces()) {
        auto form = SealForm::make(face);
        if (!form.ok()) {
            return form.error();
        }
        const bool stamps = face.department.text.empty();
        if (production && form.value().is_sample()) {
            return Error{Fault::invalid_input,
                         (stamps ? std::string("time-stamp authority") : face.department.text) +
                             ": a sample key never signs in production"};
        }
        if (!stamps) {
            forms.emplace(face.department, std::move(form).value());
        }
    }
    return std::unique_ptr<Signer>(
        std::make_unique<CupboardSigner>(std::move(cupboard), std::move(forms)));
}

} // namespace songda::signer
