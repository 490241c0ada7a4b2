// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/database/wire_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {

using namespace protocol;  // NOLINT: its names all begin with Pg

namespace {

/// Text that is a whole number is bound as one, so that LIMIT and arithmetic take it; columns of
/// type TEXT turn it back.
bool asInteger(const std::string& text, std::int64_t& value) {
    const bool isNegative = text.rfind('-', 0) == 0;
    const std::size_t digits = text.size() - (isNegative ? 1 : 0);
    // What would not come back as the same text stays text: 007, -0.
    if (digits == 0 || digits > 18 || (text[text.size() - digits] == '0' && text.size() > 1))
        return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

bool asReal(const std::string& text, double& value) {
    char* end = nullptr;
    value = std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size();
}

bool isInteger(std::int32_t type) {
    return type == kPgInt2 || type == kPgInt4 || type == kPgInt8;
}

bool isText(std::int32_t type) {
    return type == kPgText || type == kPgVarchar || type == kPgBpchar || type == kPgName ||
           type == kPgUnknown;
}

std::uint64_t bigEndian(const std::string& bytes) {
    // Sign and all: a short negative number is filled up with ones.
    std::uint64_t value = !bytes.empty() && (bytes[0] & 0x80) ? ~std::uint64_t{0} : 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

void bindText(sqlite3_stmt* s, int at, const WireParameter& p) {
    ::sqlite3_bind_text(s, at, p.bytes.data(), static_cast<int>(p.bytes.size()), SQLITE_STATIC);
}

void bindBinary(sqlite3_stmt* s, int at, const WireParameter& p, int number) {
    const auto expect = [&](std::size_t bytes) {
        if (p.bytes.size() != bytes)
            throw WireError("22P03",
                            fmt::format("incorrect binary data format in parameter {}", number));
    };
    if (isText(p.type)) return bindText(s, at, p);
    switch (p.type) {
        case kPgBool:
            expect(1);
            ::sqlite3_bind_int64(s, at, p.bytes[0] != 0);
            return;
        case kPgInt2:
        case kPgInt4:
        case kPgInt8:
            expect(p.type == kPgInt2 ? 2 : p.type == kPgInt4 ? 4 : 8);
            ::sqlite3_bind_int64(s, at, static_cast<std::int64_t>(bigEndian(p.bytes)));
            return;
        case kPgFloat4:
            expect(4);
            ::sqlite3_bind_double(
                s, at, std::bit_cast<float>(static_cast<std::uint32_t>(bigEndian(p.bytes))));
            return;
        case kPgFloat8:
            expect(8);
            ::sqlite3_bind_double(s, at, std::bit_cast<double>(bigEndian(p.bytes)));
            return;
        case kPgBytea:
            ::sqlite3_bind_blob(s, at, p.bytes.data(), static_cast<int>(p.bytes.size()),
                                SQLITE_STATIC);
            return;
        case 0:
            // Eight bytes may be a number or a word: a guess could store the wrong one.
            throw WireError("0A000",
                            fmt::format("parameter {} is binary, but Parse named no type for it: "
                                        "name one or send text",
                                        number));
        default:
            throw WireError("0A000", fmt::format("parameter {}: the binary format of type {} is "
                                                 "not supported here: send text",
                                                 number, p.type));
    }
}

void bindOne(sqlite3_stmt* s, int at, const WireParameter& p, int number) {
    std::int64_t whole = 0;
    double real = 0;
    if (p.isNull) {
        ::sqlite3_bind_null(s, at);
    } else if (p.isBinary) {
        bindBinary(s, at, p, number);
    } else if (isText(p.type) && p.type != kPgUnknown) {
        bindText(s, at, p);
    } else if (asInteger(p.bytes, whole)) {
        ::sqlite3_bind_int64(s, at, whole);
    } else if (p.type == kPgBool && (p.bytes == "t" || p.bytes == "true")) {
        ::sqlite3_bind_int64(s, at, 1);
    } else if (p.type == kPgBool && (p.bytes == "f" || p.bytes == "false")) {
        ::sqlite3_bind_int64(s, at, 0);
    } else if ((p.type == kPgFloat4 || p.type == kPgFloat8 || p.type == kPgNumeric) &&
               asReal(p.bytes, real)) {
        ::sqlite3_bind_double(s, at, real);
    } else if (isInteger(p.type) && !asReal(p.bytes, real)) {
        throw WireError("22P02", fmt::format("invalid input syntax for type integer: \"{}\"",
                                             p.bytes.substr(0, 100)));
    } else {
        bindText(s, at, p);
    }
}

/// The number of a parameter: $2 is 2 wherever it stands. A bare ? counts by its place.
int numberOf(sqlite3_stmt* s, int at) {
    const char* name = ::sqlite3_bind_parameter_name(s, at);
    if (!name) return at;
    const int number = std::atoi(name + 1);
    if ((name[0] != '$' && name[0] != '?') || number < 1 || number > 65'535)
        throw WireError("42P02", fmt::format("there is no parameter {}", name));
    return number;
}

bool contains(const char* declared, const char* word) {
    const std::string_view text(declared);
    const std::string_view part(word);
    return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
               return std::toupper(static_cast<unsigned char>(a)) == b;
           }) != text.end();
}

std::int32_t typeOf(sqlite3_stmt* s, int column, bool hasRow) {
    if (const char* declared = ::sqlite3_column_decltype(s, column)) {
        if (contains(declared, "INT")) return kPgInt8;
        if (contains(declared, "REAL") || contains(declared, "DOUBLE")) return kPgFloat8;
        return kPgText;
    }
    if (!hasRow) return kPgText;
    switch (::sqlite3_column_type(s, column)) {
        case SQLITE_INTEGER:
            return kPgInt8;
        case SQLITE_FLOAT:
            return kPgFloat8;
        default:
            return kPgText;
    }
}

std::int16_t formatOf(const std::vector<std::int16_t>& formats, std::size_t column) {
    if (formats.empty()) return 0;
    return formats[formats.size() == 1 ? 0 : column];
}

void checkFormats(const std::vector<std::int16_t>& formats, std::size_t columns) {
    if (formats.size() > 1 && formats.size() != columns)
        throw WireError("08P01",
                        fmt::format("bind message has {} result formats but query has {} columns",
                                    formats.size(), columns));
}

void appendInt64(PgWriter& w, std::uint64_t value) {
    w.int32(8)
        .int32(static_cast<std::int32_t>(value >> 32))
        .int32(static_cast<std::int32_t>(value & 0xffffffff));
}

}  // namespace

int parametersOf(sqlite3_stmt* s) {
    int highest = 0;
    for (int at = 1; at <= ::sqlite3_bind_parameter_count(s); ++at)
        // SQLite has no name for a number that is left out, and nothing to bind there.
        highest = std::max(highest, numberOf(s, at));
    return highest;
}

void bindParameters(sqlite3_stmt* s, const std::vector<WireParameter>& parameters) {
    const int wanted = parametersOf(s);
    if (static_cast<int>(parameters.size()) < wanted)
        throw WireError("42P02", fmt::format("there is no parameter ${}", parameters.size() + 1));
    for (int at = 1; at <= ::sqlite3_bind_parameter_count(s); ++at) {
        const int number = numberOf(s, at);
        bindOne(s, at, parameters[static_cast<std::size_t>(number - 1)], number);
    }
}

std::vector<std::int32_t> columnTypes(sqlite3_stmt* s, bool hasRow) {
    std::vector<std::int32_t> out(static_cast<std::size_t>(::sqlite3_column_count(s)));
    for (std::size_t c = 0; c < out.size(); ++c) out[c] = typeOf(s, static_cast<int>(c), hasRow);
    return out;
}

void appendDescription(sqlite3_stmt* s, const std::vector<std::int32_t>& types,
                       const std::vector<std::int16_t>& formats, std::string& out) {
    PgWriter w(out);
    if (types.empty()) return w.empty('n');
    checkFormats(formats, types.size());
    w.begin('T').int16(static_cast<std::int16_t>(types.size()));
    for (std::size_t c = 0; c < types.size(); ++c)
        w.cstring(::sqlite3_column_name(s, static_cast<int>(c)))
            .int32(0)
            .int16(0)
            .int32(types[c])
            .int16(types[c] == kPgText ? std::int16_t{-1} : std::int16_t{8})
            .int32(-1)
            .int16(formatOf(formats, c));
    w.end();
}

std::uint64_t appendRow(sqlite3_stmt* s, const std::vector<std::int32_t>& types,
                        const std::vector<std::int16_t>& formats, std::string& out) {
    checkFormats(formats, types.size());
    std::uint64_t bytes = 0;
    PgWriter w(out);
    w.begin('D').int16(static_cast<std::int16_t>(types.size()));
    for (std::size_t i = 0; i < types.size(); ++i) {
        const int c = static_cast<int>(i);
        const int held = ::sqlite3_column_type(s, c);
        if (held == SQLITE_NULL) {
            w.int32(-1);
            continue;
        }
        if (formatOf(formats, i) == 1 && types[i] != kPgText) {
            const bool isWhole = types[i] == kPgInt8 && held == SQLITE_INTEGER;
            const bool isReal =
                types[i] == kPgFloat8 && (held == SQLITE_FLOAT || held == SQLITE_INTEGER);
            if (!isWhole && !isReal)
                throw WireError("22P03",
                                fmt::format("column \"{}\" holds a value of another type than its "
                                            "own: ask for it as text",
                                            ::sqlite3_column_name(s, c)));
            appendInt64(w, isWhole ? static_cast<std::uint64_t>(::sqlite3_column_int64(s, c))
                                   : std::bit_cast<std::uint64_t>(::sqlite3_column_double(s, c)));
            bytes += 8;
            continue;
        }
        const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(s, c));
        const int length = ::sqlite3_column_bytes(s, c);
        w.int32(length).bytes({text, static_cast<std::size_t>(length)});
        bytes += static_cast<std::uint64_t>(length);
    }
    w.end();
    return bytes;
}

}  // namespace tenfold::nodes
