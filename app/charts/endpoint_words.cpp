// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/endpoint_words.h"

#include <QObject>
#include <map>

#include "simulator/load/endpoints.h"

namespace tenfold::app {

namespace {

QString text(std::string_view s) {
    return QString::fromUtf8(s.data(), static_cast<qsizetype>(s.size()));
}

double weightOf(const scenario::Workload& workload, const load::Endpoint& endpoint) {
    const auto it = workload.mix.find(std::string(endpoint.id));
    return it == workload.mix.end() ? endpoint.weight : it->second;
}

}  // namespace

QString endpointTitle(std::size_t endpoint) {
    static const std::map<std::string_view, QString> titles{
        {"products.list", QObject::tr("product list")},
        {"products.get", QObject::tr("product")},
        {"images.get", QObject::tr("image")},
        {"orders.list", QObject::tr("order list")},
        {"orders.by_customer", QObject::tr("my orders")},
        {"orders.get", QObject::tr("order")},
        {"me.get", QObject::tr("profile")},
        {"orders.create", QObject::tr("new order")},
        {"payments.create", QObject::tr("payment")},
        {"reviews.create", QObject::tr("review")},
        {"me.update", QObject::tr("profile change")},
        {"products.update", QObject::tr("product change")},
    };
    const auto& e = load::endpoints().at(endpoint);
    const auto it = titles.find(e.id);
    return it == titles.end() ? text(e.id) : it->second;
}

QString endpointLine(std::size_t endpoint) {
    const auto& e = load::endpoints().at(endpoint);
    return text(e.method) + " " + text(e.path);
}

double askedHz(const scenario::Workload& workload, View view) {
    const double whole = workload.rate().peakHz;
    if (!view) return whole;
    double sum = 0;
    for (const auto& e : load::endpoints()) sum += weightOf(workload, e);
    return sum > 0 ? whole * weightOf(workload, load::endpoints().at(*view)) / sum : 0;
}

}  // namespace tenfold::app
