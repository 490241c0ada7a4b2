// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/endpoint_choice.h"

#include <QActionGroup>
#include <QMenu>

#include "app/charts/endpoint_words.h"
#include "app/theme/fonts.h"
#include "simulator/load/endpoints.h"

namespace tenfold::app {

EndpointChoice::EndpointChoice(QWidget* parent) : QToolButton(parent) {
    setProperty("kind", "quiet");
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setFocusPolicy(Qt::StrongFocus);
    setFont(fontFor(TextRole::small));
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(menu);
    const auto add = [&](View view, const QString& text) {
        auto* action = menu->addAction(text);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, view] { Q_EMIT chosen(view); });
        m_views.emplace_back(view, action);
    };
    add({}, tr("Everything"));
    menu->addSeparator();
    // What stands behind a tab is set to the right, as shortcuts are.
    for (std::size_t i = 0; i < load::endpoints().size(); ++i)
        add(i, endpointTitle(i) + "\t" + endpointLine(i));
    menu->addSeparator();
    m_together = menu->addAction(tr("The same in all four panels"));
    m_together->setCheckable(true);
    connect(m_together, &QAction::triggered, this, &EndpointChoice::togetherChosen);
    setMenu(menu);
    show({}, true);
}

void EndpointChoice::show(View view, bool isTogether) {
    for (const auto& [of, action] : m_views) action->setChecked(of == view);
    m_together->setChecked(isTogether);
    setText((view ? endpointTitle(*view) : tr("all")) + " ▾");
    setAccessibleName(view ? tr("Shows %1").arg(endpointTitle(*view)) : tr("Shows every endpoint"));
    setToolTip(view ? endpointLine(*view) : tr("Show one endpoint"));
}

}  // namespace tenfold::app
