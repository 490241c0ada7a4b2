// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/api/endpoints.h"

namespace tenfold::api {

namespace {
constexpr std::size_t kImageBytes = 20'000;
}

Reply getImage(Context&, const Request& request) {
    const std::int64_t id = idInPath(request, "image");
    Reply reply;
    reply.contentType = "image/x-portable-graymap";
    // A real picture of the right size, another for each product: 200 × 99 grey levels.
    reply.body = "P5 200 99 255\n";
    reply.body.resize(kImageBytes);
    for (std::size_t i = 14; i < kImageBytes; ++i)
        reply.body[i] = static_cast<char>((i * (static_cast<std::size_t>(id) + 7)) >> 3);
    reply.headers["Cache-Control"] = "public, max-age=31536000, immutable";
    return reply;
}

}  // namespace tenfold::api
