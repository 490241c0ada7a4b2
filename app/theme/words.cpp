// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/theme/words.h"

#include <QLocale>
#include <cmath>

#include "simulator/measure/words.h"

namespace tenfold::app {

namespace {
QString grouped(double value, int decimals) {
    return QLocale(QLocale::English).toString(value, 'f', decimals);
}
}  // namespace

QString milliseconds(double ms) {
    return QString::fromStdString(measure::milliseconds(ms));
}

QString perSecond(double hz) {
    return grouped(hz, hz < 9.95 ? 1 : 0);
}

QString count(double n) {
    return QString::fromStdString(measure::count(static_cast<std::uint64_t>(std::llround(n))));
}

QString compact(double n) {
    if (n < 0.005) return "0";
    if (n < 9.95) return grouped(n, 1);
    if (n < 9'999.5) return grouped(n, 0);
    if (n < 999'500) return grouped(n / 1e3, n < 99'950 ? 1 : 0) + "k";
    return grouped(n / 1e6, 1) + "M";
}

QString percent(double ratio) {
    const double p = ratio * 100;
    if (p <= 0) return "0 %";
    if (p < 0.1) return grouped(p, 2) + " %";
    return grouped(p, p < 99.95 ? 1 : 0) + " %";
}

QString clock(double seconds) {
    const int total = static_cast<int>(std::max(0.0, seconds));
    const QChar zero('0');
    if (total >= 3600)
        return QString("%1:%2:%3")
            .arg(total / 3600)
            .arg(total / 60 % 60, 2, 10, zero)
            .arg(total % 60, 2, 10, zero);
    return QString("%1:%2").arg(total / 60, 2, 10, zero).arg(total % 60, 2, 10, zero);
}

QString circledNumber(int number) {
    if (number < 1) return {};
    if (number <= 20) return QString(QChar(static_cast<char16_t>(0x2460 + number - 1)));
    return QString("(%1)").arg(number);
}

}  // namespace tenfold::app
