// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/mechanisms/serialisation/fieldset.h"

namespace tenfold::mechanisms {

/// Writes JSON as it goes, into one string: nothing is built that has to be walked afterwards.
/// Who uses it writes a field by its name, and only what the contract has.
class JsonWriter {
public:
    /// With `only`, fields that are not in it are left out; it must live until the end of the
    /// object.
    JsonWriter& beginObject(const Fieldset* only = nullptr);
    JsonWriter& endObject();
    JsonWriter& beginArray();
    JsonWriter& endArray();
    /// The next value is that of this field. Not for a field that may be left out: see wants().
    JsonWriter& name(std::string_view name);

    JsonWriter& field(std::string_view name, std::int64_t value);
    JsonWriter& field(std::string_view name, std::string_view value);
    /// Whether the object in progress shall have this field.
    bool wants(std::string_view name) const;

    std::string take() { return std::move(m_out); }

private:
    struct Level {
        const Fieldset* only = nullptr;
        bool isFirst = true;
    };
    void separate();
    void text(std::string_view value);

    std::string m_out;
    std::vector<Level> m_levels;
    bool m_isNamed = false;
};

}  // namespace tenfold::mechanisms
