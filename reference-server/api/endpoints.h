// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "reference-server/api/context.h"

namespace tenfold::api {

/// Answers a request to one endpoint (index into load::endpoints()). Throws Problem and
/// DatabaseError.
Reply answer(std::size_t endpoint, Context& context, const Request& request);

// The endpoints, by resource.
Reply listProducts(Context& context, const Request& request);
Reply getProduct(Context& context, const Request& request);
Reply updateProduct(Context& context, const Request& request);
Reply getImage(Context& context, const Request& request);
Reply listOrders(Context& context, const Request& request);
Reply listOrdersOfCustomer(Context& context, const Request& request);
Reply getOrder(Context& context, const Request& request);
Reply createOrder(Context& context, const Request& request);
Reply getMe(Context& context, const Request& request);
Reply updateMe(Context& context, const Request& request);
Reply createPayment(Context& context, const Request& request);
Reply createReview(Context& context, const Request& request);

/// The id at the end of the path, 1 or more. Throws Problem 404 when it is none.
std::int64_t idInPath(const Request& request, const char* what);
/// The user of the request. Throws Problem 401 without one.
std::uint64_t userOf(const Request& request);

}  // namespace tenfold::api
