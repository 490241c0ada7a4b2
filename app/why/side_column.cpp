// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/why/side_column.h"

#include <QButtonGroup>
#include <QVBoxLayout>

namespace tenfold::app {

SideColumn::SideColumn(RunModel& run, const Predictions& predictions, const FlipLedger& ledger,
                       QWidget* parent)
    : QFrame(parent) {
    setProperty("kind", "card");
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(18, 0, 12, 0);
    bar->setSpacing(22);
    auto* group = new QButtonGroup(this);
    for (const auto& name : {tr("Why"), tr("Events")}) {
        auto* tab = new QPushButton(name);
        tab->setProperty("kind", "tab");
        tab->setCheckable(true);
        tab->setCursor(Qt::PointingHandCursor);
        group->addButton(tab, static_cast<int>(m_tabs.size()));
        bar->addWidget(tab);
        m_tabs.push_back(tab);
    }
    bar->addStretch(1);
    layout->addLayout(bar);
    auto* line = makeFrame("line");
    line->setFixedHeight(1);
    layout->addWidget(line);
    m_stack = new QStackedWidget;
    m_why = new WhyTab(run, predictions, ledger);
    m_stack->addWidget(m_why);
    m_events = new EventsTab(run);
    m_stack->addWidget(m_events);
    layout->addWidget(m_stack, 1);
    connect(group, &QButtonGroup::idClicked, this, [this](int index) { showTab(index); });
    showTab(0);
}

void SideColumn::showTab(int index, bool isFocused) {
    m_stack->setCurrentIndex(index);
    m_tabs[static_cast<std::size_t>(index)]->setChecked(true);
    if (isFocused) m_tabs[static_cast<std::size_t>(index)]->setFocus(Qt::ShortcutFocusReason);
}

}  // namespace tenfold::app
