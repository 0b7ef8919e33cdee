#pragma once

namespace songda {

/// Frees an object of a C library: `std::unique_ptr<BIO, Deleter<BIO_free_all>>`.
template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

} // namespace songda
