#pragma once

/// Stands in for <qpdf/JSON.hh>, which clang 14 does not compile as C++20; the inspector uses none of it.
class JSON;
