// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/choice_button.h"

#include <QMenu>
#include <QStringList>

#include "simulator/scenario/design.h"

namespace tenfold::app {

ChoiceButton::ChoiceButton(const scenario::MechanismSpec& spec, QWidget* parent)
    : QToolButton(parent), m_spec(spec) {
    setProperty("kind", "choice");
    setPopupMode(QToolButton::InstantPopup);
    setToolButtonStyle(Qt::ToolButtonTextOnly);
    setFocusPolicy(Qt::StrongFocus);
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    for (const auto& value : spec.values) {
        auto* action = menu->addAction(QString::fromStdString(value.title));
        action->setCheckable(true);
        action->setData(QString::fromStdString(value.id));
        action->setToolTip(QString::fromStdString(value.effect));
        action->setStatusTip(action->toolTip());
    }
    setMenu(menu);
    connect(menu, &QMenu::triggered, this, &ChoiceButton::onTriggered);
}

void ChoiceButton::show(const std::string& value) {
    m_value = value;
    const scenario::Setting setting{value, {}};
    QStringList titles;
    for (auto* action : menu()->actions()) {
        const bool isOn = setting.has(action->data().toString().toStdString());
        action->setChecked(isOn);
        if (isOn) titles << action->text();
    }
    setText(titles.join(" + ") + "  ▾");
}

void ChoiceButton::onTriggered(QAction* action) {
    const QString id = action->data().toString();
    const QString first = QString::fromStdString(m_spec.values.front().id);
    QString wanted = id;
    if (m_spec.combinable && id != first) {
        QStringList on;
        for (const auto* a : menu()->actions())
            if (a->isChecked() && a->data().toString() != first) on << a->data().toString();
        wanted = on.isEmpty() ? first : on.join('+');
    }
    const auto before = m_value;
    show(wanted.toStdString());
    if (wanted.toStdString() != before) Q_EMIT chosen(wanted);
}

}  // namespace tenfold::app
