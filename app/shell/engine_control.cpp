// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/engine_control.h"

#include <QHBoxLayout>
#include <QPainter>

#include "app/theme/fonts.h"

namespace tenfold::app {

EngineButton::EngineButton(const QString& text, const ThemeSource& theme, QWidget* parent)
    : QAbstractButton(parent), m_theme(theme) {
    setText(text);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
}

void EngineButton::setReason(const QString& reason, const QString& what) {
    m_reason = reason;
    setToolTip(reason.isEmpty() ? what : reason);
    setAccessibleDescription(toolTip());
    setCursor(reason.isEmpty() ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

QSize EngineButton::sizeHint() const {
    const QFontMetrics metrics(fontFor(TextRole::strong));
    return {metrics.horizontalAdvance(text()) + 24,
            QFontMetrics(fontFor(TextRole::title)).height() + 11};
}

void EngineButton::paintEvent(QPaintEvent*) {
    const Theme& theme = m_theme.theme();
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    const bool canBe = m_reason.isEmpty();
    if (isChecked() || (underMouse() && canBe)) {
        p.setPen(isChecked() ? QPen(theme.accent, 1.2) : QPen(Qt::NoPen));
        p.setBrush(theme.card);
        p.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
    if (hasFocus()) {
        p.setPen(QPen(isChecked() ? theme.text : theme.accent, 1.6));
        p.setBrush(Qt::NoBrush);
        p.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    }
    p.setFont(fontFor(isChecked() ? TextRole::strong : TextRole::body));
    p.setPen(!canBe ? theme.faint : isChecked() ? theme.accent : theme.muted);
    p.drawText(box, Qt::AlignCenter, text());
    if (canBe) return;
    // Not by colour alone: what cannot be chosen is struck out.
    const double half = p.fontMetrics().horizontalAdvance(text()) / 2.0 + 2;
    p.drawLine(QPointF(box.center().x() - half, box.center().y() + 1),
               QPointF(box.center().x() + half, box.center().y() + 1));
}

EngineControl::EngineControl(RunModel& run, const ThemeSource& theme, QWidget* parent)
    : QFrame(parent), m_run(run) {
    setProperty("kind", "sunken");
    setAccessibleName(tr("Engine"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2);
    layout->setSpacing(2);
    const QString names[] = {tr("Live"), tr("Simulated"), tr("Both")};
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        auto* button = new EngineButton(names[i], theme);
        connect(button, &QAbstractButton::clicked, this, [this, i] {
            if (!m_run.chooseEngine(static_cast<EngineKind>(i))) Q_EMIT refused(m_run.whyNoTwin());
            refresh();
        });
        layout->addWidget(button);
        m_buttons[i] = button;
    }
    connect(&m_run, &RunModel::engineChanged, this, &EngineControl::refresh);
    connect(&m_run, &RunModel::scenarioChanged, this, &EngineControl::refresh);
    refresh();
}

void EngineControl::refresh() {
    const QString reason = m_run.whyNoTwin();
    const bool isReal = !m_run.scenario().real.empty();
    const QString nodes =
        isReal ? tr(" It simulates our own nodes where real components run.") : QString();
    const QString what[] = {
        tr("Real processes on this computer, measured."),
        tr("The twin alone: no processes, every figure simulated.") + nodes,
        tr("The live run, and the twin beside it: a dashed line, and how far it is off.") + nodes};
    for (std::size_t i = 0; i < m_buttons.size(); ++i) {
        m_buttons[i]->setChecked(static_cast<std::size_t>(m_run.engineKind()) == i);
        m_buttons[i]->setReason(i == 0 ? QString() : reason, what[i]);
    }
}

}  // namespace tenfold::app
