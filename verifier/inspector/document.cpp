#include "verifier/inspector/document.hpp"

#include <qpdf/Pipeline.hh>

namespace songda::inspector {
namespace {

/// Keeps what it is given, up to a bound.
class BoundedBuffer final : public Pipeline {
public:
    explicit BoundedBuffer(std::size_t most) : Pipeline("bounded", nullptr), most_(most) {}
    void write(const unsigned char* data, std::size_t size) override {
        too_much_ = too_much_ || size > most_ - kept_.size();
        if (too_much_) {
            throw Costly();
        }
        kept_.insert(kept_.end(), data, data + size);
    }
    void finish() override {}
    [[nodiscard]] bool too_much() const { return too_much_; }
    [[nodiscard]] Bytes take() { return std::move(kept_); }

private:
    Bytes kept_;
    std::size_t most_;
    bool too_much_ = false;
};

} // namespace

std::shared_ptr<QPDF> open_document(ByteView bytes) {
    auto document = QPDF::create();
    document->setSuppressWarnings(true);
    document->setAttemptRecovery(false);
    document->processMemoryFile("file", reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (document->getXRefTable().size() > objects_max) {
        throw Costly();
    }
    return document;
}

Bytes decoded_stream(QPDFObjectHandle stream, std::size_t most) {
    BoundedBuffer buffer(most);
    const bool whole = stream.pipeStreamData(&buffer, 0, qpdf_dl_generalized, true, false);
    if (buffer.too_much()) {
        throw Costly(); // libqpdf may have taken the exception for a damaged stream
    }
    return whole ? buffer.take() : Bytes();
}

} // namespace songda::inspector
