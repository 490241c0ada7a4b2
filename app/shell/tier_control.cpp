// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/tier_control.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QPainter>
#include <algorithm>

#include "app/theme/widgets.h"
#include "app/theme/words.h"

namespace tenfold::app {

TierButton::TierButton(double users, const ThemeSource& theme, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme), m_users(users) {
    setCheckable(true);
    setText(QString::fromStdString(scenario::usersToText(users)));
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void TierButton::setRate(double hz) {
    m_rate = perSecond(hz) + " req/s";
    setAccessibleName(tr("%1 daily users, %2").arg(text(), m_rate));
    updateGeometry();
    update();
}

QSize TierButton::sizeHint() const {
    const QFontMetrics strong(fontFor(TextRole::title));
    const QFontMetrics small(fontFor(TextRole::small));
    return {strong.horizontalAdvance(text()) + small.horizontalAdvance(m_rate) + 32,
            strong.height() + 11};
}

void TierButton::paintEvent(QPaintEvent*) {
    const Theme& theme = m_theme.theme();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    if (isChecked() || underMouse()) {
        p.setPen(Qt::NoPen);
        p.setBrush(isChecked() ? theme.accent : theme.card);
        p.drawRoundedRect(box, 6, 6);
    }
    if (hasFocus()) {
        p.setPen(QPen(isChecked() ? theme.text : theme.accent, 1.6));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
    p.setFont(fontFor(TextRole::title));
    p.setPen(isChecked() ? theme.onAccent : theme.text);
    p.drawText(box.adjusted(10, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text());
    p.setFont(fontFor(TextRole::small));
    if (!isChecked()) p.setPen(theme.muted);
    p.drawText(box.adjusted(0, 0, -10, 0), Qt::AlignRight | Qt::AlignVCenter, m_rate);
}

TierControl::TierControl(RunModel& run, const ThemeSource& theme, QWidget* parent)
    : QFrame(parent), m_run(run), m_theme(theme) {
    setProperty("kind", "sunken");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2);
    layout->setSpacing(2);
    for (const double users : {1e4, 1e5, 1e6}) {
        auto* button = new TierButton(users, theme);
        connect(button, &QAbstractButton::clicked, this, [this, users] {
            m_run.changeUsers(users);
            refresh();
        });
        layout->addWidget(button);
        m_buttons.push_back(button);
    }
    connect(&m_run, &RunModel::scenarioChanged, this, &TierControl::refresh);
    refresh();
}

void TierControl::refresh() {
    const auto& workload = m_run.scenario().workload;
    const double now = workload.dailyActiveUsers;
    const bool isOther = std::none_of(m_buttons.begin(), m_buttons.end(),
                                      [now](const auto* b) { return b->users() == now; });
    if (m_other && (!isOther || m_other->users() != now)) {
        delete m_other;
        m_other = nullptr;
    }
    if (isOther && !m_other) {
        m_other = new TierButton(now, m_theme, this);
        connect(m_other, &QAbstractButton::clicked, this, &TierControl::refresh);
        layout()->addWidget(m_other);
    }
    const auto show = [&](TierButton* button) {
        button->setChecked(button->users() == now);
        button->setRate(
            scenario::rateOf(button->users(), workload.requestsPerUserPerDay, workload.peakFactor)
                .peakHz);
    };
    for (auto* button : m_buttons) show(button);
    if (m_other) show(m_other);
}

void openRatePopover(const RunModel& run, QWidget* anchor, QWidget* owner) {
    const auto& w = run.scenario().workload;
    const auto rate = w.rate();
    const auto range = scenario::honestRange(w.dailyActiveUsers);
    auto* popover = new Popover(owner);
    auto* layout = new QVBoxLayout(popover);
    layout->setContentsMargins(18, 14, 18, 14);
    layout->setSpacing(8);
    layout->addWidget(makeLabel(QObject::tr("%1 people a day are %2 requests a second")
                                    .arg(count(w.dailyActiveUsers), perSecond(rate.peakHz)),
                                TextRole::title));
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(14);
    grid->setVerticalSpacing(4);
    int row = 0;
    const auto line = [&](const QString& sign, const QString& value, const QString& what,
                          bool isResult) {
        grid->addWidget(makeLabel(sign, TextRole::body, "muted"), row, 0, Qt::AlignRight);
        grid->addWidget(makeLabel(value, isResult ? TextRole::strong : TextRole::body), row, 1,
                        Qt::AlignRight);
        grid->addWidget(makeLabel(what, TextRole::body, "muted"), row, 2);
        ++row;
    };
    line("", count(w.dailyActiveUsers), QObject::tr("daily active users"), false);
    line("×", QString::number(w.requestsPerUserPerDay), QObject::tr("requests per user per day"),
         false);
    line("÷", "86,400", QObject::tr("seconds a day"), false);
    line("=", perSecond(rate.averageHz), QObject::tr("requests a second on average"), true);
    line("×", QString::number(w.peakFactor), QObject::tr("peak factor"), false);
    line("=", perSecond(rate.peakHz), QObject::tr("requests a second at the peak"), true);
    grid->setColumnStretch(2, 1);
    layout->addLayout(grid);
    auto* honest = makeLabel(
        QObject::tr("An honest range for this many people: %1 to %2 a second (10 requests a day × "
                    "1.7 to 200 a day × 4).")
            .arg(perSecond(range.lowHz), perSecond(range.highHz)),
        TextRole::small, "muted");
    honest->setWordWrap(true);
    layout->addWidget(honest);
    popover->setFixedWidth(charsWide(58));
    popover->openAt(anchor);
}

}  // namespace tenfold::app
