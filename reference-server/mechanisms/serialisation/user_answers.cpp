// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/serialisation/json_writer.h"
#include "reference-server/mechanisms/serialisation/serialisation.h"

namespace tenfold::mechanisms {

using api::Rows;

std::string writtenMe(const Rows& me, const Fieldset& fields) {
    JsonWriter w;
    return w.beginObject(&fields)
        .field("id", me.number(0, 0))
        .field("email", me.text(0, 1))
        .field("name", me.text(0, 2))
        .field("address", me.text(0, 3))
        .field("created_at", me.number(0, 4))
        .endObject()
        .take();
}

std::string graphOfMe(const Rows& me, const Rows& orders, const Fieldset& fields) {
    auto out = graph::objectOf(me, 0);
    out["orders"] = graph::objectsOf(orders);
    graph::keep(out, fields);
    return graph::textOf(out);
}

}  // namespace tenfold::mechanisms
