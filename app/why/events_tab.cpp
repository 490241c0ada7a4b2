// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/why/events_tab.h"

#include <QEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {

/// The flag's number in a circle, or a dot for what has none: in a column of their own.
QIcon numberIcon(int number) {
    constexpr int kScale = 3;
    const QColor colour("#b8860b");  // readable on light and dark
    QPixmap pixmap(18 * kScale, 18 * kScale);
    pixmap.fill(Qt::transparent);
    QPainter p(&pixmap);
    p.setRenderHint(QPainter::Antialiasing);
    p.scale(kScale, kScale);
    p.setPen(QPen(colour, 1.2));
    if (number > 0) {
        p.drawEllipse(QRectF(1, 1, 16, 16));
        QFont font = fontFor(TextRole::tiny);
        font.setPixelSize(number > 99 ? 7 : 10);
        p.setFont(font);
        p.drawText(QRectF(0, 0, 18, 18), Qt::AlignCenter, QString::number(number));
    } else {
        p.setBrush(colour);
        p.drawEllipse(QPointF(9, 9), 1.6, 1.6);
    }
    p.end();
    pixmap.setDevicePixelRatio(kScale);
    return QIcon(pixmap);
}

}  // namespace

EventsTab::EventsTab(RunModel& run, QWidget* parent) : QWidget(parent), m_run(run) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 12, 10, 12);
    layout->setSpacing(8);
    m_empty =
        makeLabel(tr("Nothing has happened yet. Every switch, fault and change of tier gets a "
                     "number here and a flag on the charts."),
                  TextRole::body, "muted");
    m_empty->setWordWrap(true);
    m_empty->setContentsMargins(8, 2, 6, 0);
    layout->addWidget(m_empty);
    m_list = new QListWidget;
    m_list->setMouseTracking(true);
    m_list->viewport()->installEventFilter(this);
    m_list->setWordWrap(true);
    m_list->setIconSize({18, 18});
    m_list->setSpacing(1);
    m_list->setAccessibleName(tr("Events"));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    layout->addWidget(m_list, 1);
    m_detail = makeLabel({}, TextRole::small, "muted");
    m_detail->setWordWrap(true);
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_detail->setContentsMargins(8, 0, 6, 0);
    m_detail->hide();
    layout->addWidget(m_detail);
    m_undo = new QPushButton;
    layout->addWidget(m_undo);

    const auto numberOf = [this](int row) {
        return row < 0 ? 0 : m_list->item(row)->data(Qt::UserRole).toInt();
    };
    connect(m_list, &QListWidget::itemEntered, this, [this, numberOf](QListWidgetItem* item) {
        Q_EMIT flagHovered(numberOf(m_list->row(item)));
    });
    connect(m_list, &QListWidget::currentRowChanged, this, [this, numberOf](int row) {
        Q_EMIT flagHovered(numberOf(row));
        showDetail(row);
    });
    connect(m_undo, &QPushButton::clicked, &m_run.undoStack(), &QUndoStack::undo);
    const auto nameUndo = [this] {
        const auto text = m_run.undoStack().undoText();
        m_undo->setEnabled(m_run.undoStack().canUndo());
        const QString full = text.isEmpty() ? tr("Nothing to undo") : tr("Undo: %1").arg(text);
        m_undo->setText(m_undo->fontMetrics().elidedText(full, Qt::ElideRight, charsWide(38)));
        m_undo->setToolTip(full);
    };
    connect(&m_run.undoStack(), &QUndoStack::indexChanged, this, nameUndo);
    connect(&m_run.undoStack(), &QUndoStack::undoTextChanged, this, nameUndo);
    nameUndo();
    connect(&m_run, &RunModel::eventAdded, this, &EventsTab::refresh);
    connect(&m_run, &RunModel::restarted, this, [this] {
        m_list->clear();
        m_shown = 0;
        refresh();
    });
    refresh();
}

int EventsTab::currentNumber() const {
    const auto* item = m_list->currentItem();
    return item ? item->data(Qt::UserRole).toInt() : 0;
}

bool EventsTab::eventFilter(QObject* watched, QEvent* event) {
    // The mouse has gone: what is chosen stays lit, not what was passed over.
    if (event->type() == QEvent::Leave) Q_EMIT flagHovered(currentNumber());
    return QWidget::eventFilter(watched, event);
}

void EventsTab::refresh() {
    const auto& events = m_run.history().events();
    const bool wasAtEnd = m_list->currentRow() < 0;
    for (; m_shown < events.size(); ++m_shown) {
        const auto& e = events[m_shown];
        auto* item = new QListWidgetItem(
            numberIcon(e.number), clock(e.atMs / 1000) + "  " + QString::fromStdString(e.text));
        item->setData(Qt::UserRole, e.number);
        item->setToolTip(QString::fromStdString(e.detail));
        m_list->addItem(item);
    }
    m_empty->setVisible(events.empty());
    m_list->setVisible(!events.empty());
    if (wasAtEnd) m_list->scrollToBottom();
}

void EventsTab::showDetail(int row) {
    const auto& events = m_run.history().events();
    const bool isKnown = row >= 0 && static_cast<std::size_t>(row) < events.size();
    const auto detail =
        isKnown ? QString::fromStdString(events[static_cast<std::size_t>(row)].detail) : QString();
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
}

void EventsTab::highlight(int number) {
    if (number < 1) return;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->data(Qt::UserRole).toInt() == number) {
            m_list->setCurrentRow(row);
            m_list->scrollToItem(m_list->item(row));
        }
}

}  // namespace tenfold::app
