// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/figure_list.h"

#include <QPainter>
#include <algorithm>

namespace tenfold::app {

FigureList::FigureList(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this)) {
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setVerticalSpacing(3);
    m_grid->setHorizontalSpacing(10);
    m_grid->setColumnStretch(0, 1);
}

void FigureList::show(const std::vector<Figure>& figures) {
    while (m_rows.size() < figures.size()) {
        auto* name = new ElidedLabel({}, this);
        name->setFont(fontFor(TextRole::small));
        name->setProperty("kind", "muted");
        auto* value = makeLabel({}, TextRole::small, "", this);
        value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        const int row = static_cast<int>(m_rows.size());
        m_grid->addWidget(name, row, 0);
        m_grid->addWidget(value, row, 1);
        m_rows.push_back({name, value});
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const bool isThere = i < figures.size();
        m_rows[i].name->setVisible(isThere);
        m_rows[i].value->setVisible(isThere);
        if (!isThere) continue;
        m_rows[i].name->setText(figures[i].name);
        setTextIfNew(m_rows[i].value, figures[i].value);
        setKind(m_rows[i].value, figures[i].kind);
        m_rows[i].value->setToolTip(figures[i].tip);
    }
}

QStringList FigureList::texts() const {
    QStringList out;
    for (const auto& row : m_rows)
        if (!row.name->isHidden()) out << row.name->text() + ": " + row.value->text();
    return out;
}

MeterBar::MeterBar(const ThemeSource& theme, QWidget* parent) : QWidget(parent), m_theme(theme) {
    setFixedHeight(5);
}

void MeterBar::show(double part) {
    part = std::clamp(part, 0.0, 1.0);
    if (part == m_part) return;
    m_part = part;
    update();
}

void MeterBar::paintEvent(QPaintEvent*) {
    const Theme& theme = m_theme.theme();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(Qt::NoPen);
    const QRectF whole(0, 0, width(), height());
    const double radius = height() / 2.0;
    p.setBrush(theme.ring);
    p.drawRoundedRect(whole, radius, radius);
    if (m_part <= 0) return;
    p.setBrush(m_part >= 0.95 ? theme.bad : theme.good);
    QRectF used = whole;
    used.setWidth(std::max<double>(height(), whole.width() * m_part));
    p.drawRoundedRect(used, radius, radius);
}

}  // namespace tenfold::app
