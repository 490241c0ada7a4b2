// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/why/trust.h"

#include <QGridLayout>
#include <QScrollArea>
#include <QStringList>
#include <cmath>

#include "app/theme/widgets.h"
#include "app/theme/words.h"
#include "app/twin/prediction_words.h"

namespace tenfold::app {

using study::Metric;

namespace {

const QString kCommand = "tenfold-cli agreement";

QString notMeasured() {
    return QObject::tr("not measured on this machine yet: %1").arg(kCommand);
}

QString valueText(Metric metric, double value) {
    return metric == Metric::failedRatio ? percent(value) : milliseconds(value);
}

/// Sections below each other, each a heading and what follows.
class Page {
public:
    explicit Page(QVBoxLayout* layout) : m_layout(layout) {}

    void heading(const QString& text) {
        m_layout->addSpacing(4);
        m_layout->addWidget(makeLabel(text, TextRole::strong));
    }
    void line(const QString& text, const char* kind = "muted") {
        auto* label = makeLabel(text, TextRole::body, kind);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_layout->addWidget(label);
    }
    /// The first cell of a row takes the room, the others stand right.
    void table(const std::vector<QStringList>& rows, const std::vector<const char*>& kinds) {
        auto* grid = new QGridLayout;
        grid->setHorizontalSpacing(14);
        grid->setVerticalSpacing(2);
        grid->setColumnStretch(0, 1);
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (qsizetype c = 0; c < rows[r].size(); ++c) {
                const bool isFirst = c == 0;
                const bool isLast = c + 1 == rows[r].size();
                QLabel* label = nullptr;
                if (isFirst) {
                    label = new ElidedLabel(rows[r][c]);
                    label->setFont(fontFor(TextRole::small));
                } else {
                    label = makeLabel(rows[r][c], TextRole::small);
                }
                setKind(label, isLast ? kinds[r] : "muted");
                grid->addWidget(label, static_cast<int>(r), static_cast<int>(c),
                                isFirst ? Qt::Alignment() : Qt::AlignRight | Qt::AlignVCenter);
            }
        m_layout->addLayout(grid);
    }

private:
    QVBoxLayout* m_layout;
};

void addPart(Page& page, const std::optional<study::AgreementPart>& part) {
    const QString words = part ? agreementWords(*part) : QString();
    if (words.isEmpty()) return page.line(notMeasured());
    page.line(words);
    std::vector<QStringList> rows;
    for (const auto& w : part->worst) {
        if (rows.size() >= 3) break;
        rows.push_back({QString::fromStdString(w.cell + (w.cause.empty() ? "" : ": " + w.cause)),
                        QString::fromStdString(w.metric).replace("_ms", ""),
                        QObject::tr("%1%2 %")
                            .arg(w.error < 0 ? "−" : "+")
                            .arg(std::abs(w.error) * 100, 0, 'f', 0)});
    }
    if (rows.empty()) return;
    page.line(QObject::tr("Furthest off:"), "faint");
    page.table(rows, std::vector<const char*>(rows.size(), "muted"));
}

void addLedger(Page& page, const FlipLedger::View& view) {
    if (!view.failure.isEmpty())
        return page.line(QObject::tr("The ledger cannot be used: %1").arg(view.failure), "bad");
    if (view.total == 0)
        return page.line(
            QObject::tr("No prediction has been put to the test yet: flip a switch "
                        "while a live run goes on, and leave it for half a minute."));
    page.line(view.words);
    std::vector<QStringList> rows;
    std::vector<const char*> kinds;
    for (const auto& e : view.last) {
        const auto title = study::titleOf(e.metric);
        rows.push_back(
            {QString::fromStdString(e.change + ", " + e.scenario),
             QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size())),
             QObject::tr("%1 to %2")
                 .arg(valueText(e.metric, e.predicted.low), valueText(e.metric, e.predicted.high)),
             (e.isRight() ? "✔ " : "✖ ") + valueText(e.metric, e.measured)});
        kinds.push_back(e.isRight() ? "good" : "bad");
    }
    page.line(QObject::tr("The last ones: expected, and what was measured."), "faint");
    page.table(rows, kinds);
}

void addSensitivity(Page& page, const Predictions& predictions) {
    if (predictions.state() == Predictions::State::off) return page.line(predictions.why());
    const auto* s = predictions.sensitivity();
    if (!s)
        return page.line(predictions.state() == Predictions::State::done
                             ? QObject::tr("It could not be asked.")
                             : QObject::tr("The twin still tries it; a moment, please."));
    page.line(QString::fromUtf8(s->words.data()));
    std::vector<QStringList> rows;
    std::vector<const char*> kinds;
    for (std::size_t i = 0; i < s->costs.size(); ++i) {
        const auto& c = s->costs[i];
        const auto title = study::titleOf(study::kCosts[i]);
        rows.push_back(
            {QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size())),
             QObject::tr("× 0.5: %1, p99 %2").arg(holdsWord(c.atHalf), milliseconds(c.p99MsAtHalf)),
             QObject::tr("× 1.5: %1, p99 %2")
                 .arg(holdsWord(c.atOneAndHalf), milliseconds(c.p99MsAtOneAndHalf))});
        kinds.push_back(c.survives ? "muted" : "bad");
    }
    page.table(rows, kinds);
}

}  // namespace

QString agreementWords(const study::AgreementPart& part) {
    QStringList figures;
    for (const Metric metric : {Metric::p50Ms, Metric::p95Ms, Metric::p99Ms, Metric::answeredPerS,
                                Metric::statementsPerRequest}) {
        const auto error = part.medianError[static_cast<std::size_t>(metric)];
        if (!error) continue;
        const auto title = study::titleOf(metric);
        figures << QString::fromUtf8(title.data(), static_cast<qsizetype>(title.size())) + " " +
                       percent(std::abs(*error));
    }
    if (figures.isEmpty()) return {};
    QString words = figures.join(", ") + QObject::tr(" off in the median");
    if (part.cells && part.within)
        words += QObject::tr("; %1 of %2 as close as the design asks")
                     .arg(*part.within)
                     .arg(*part.cells);
    return words + ".";
}

QString trustSummary(const Trust& t) {
    QStringList lines;
    const auto shortPart = [](const std::optional<study::AgreementPart>& part) {
        if (!part) return notMeasured();
        QStringList figures;
        for (const Metric metric : {Metric::p50Ms, Metric::p99Ms}) {
            const auto error = part->medianError[static_cast<std::size_t>(metric)];
            const auto title = study::titleOf(metric);
            if (error)
                figures << QObject::tr("%1 at %2")
                               .arg(percent(std::abs(*error)),
                                    QString::fromUtf8(title.data(),
                                                      static_cast<qsizetype>(title.size())));
        }
        return figures.isEmpty() ? notMeasured() : figures.join(", ") + " off";
    };
    if (!t.agreement) {
        lines << QObject::tr("Twin against live and real: %1.").arg(notMeasured());
    } else {
        lines << QObject::tr("Twin against live: %1.").arg(shortPart(t.agreement->live));
        lines << QObject::tr("Against real components: %1.").arg(shortPart(t.agreement->real));
    }
    if (t.ledger && t.ledger->view().total > 0)
        lines << QObject::tr("Predictions: %1.").arg(t.ledger->view().words);
    if (const auto* s = t.predictions->sensitivity()) lines << QString::fromUtf8(s->words.data());
    return lines.join("\n");
}

void openTrustPopover(const Trust& t, QWidget* anchor, QWidget* owner) {
    auto* popover = new Popover(owner);
    popover->setObjectName("trust");
    auto* outer = new QVBoxLayout(popover);
    outer->setContentsMargins(4, 12, 4, 12);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(14, 0, 14, 0);
    layout->setSpacing(5);
    layout->addWidget(makeLabel(QObject::tr("How sure is this?"), TextRole::title));
    Page page(layout);
    if (const auto now = t.run->twinP99()) {
        page.heading(QObject::tr("In this run"));
        page.line(twinWords(QObject::tr("p99"), *now, milliseconds));
    }
    const QString date = t.agreement && !t.agreement->date.empty()
                             ? ", " + QString::fromStdString(t.agreement->date)
                             : QString();
    page.heading(QObject::tr("The twin against our live engine%1").arg(date));
    addPart(page, t.agreement ? t.agreement->live : std::nullopt);
    page.heading(QObject::tr("The twin against real PostgreSQL, PgBouncer and Redis%1").arg(date));
    addPart(page, t.agreement ? t.agreement->real : std::nullopt);
    if (t.agreement && t.agreement->decisions && t.agreement->decisions->right) {
        const auto& d = *t.agreement->decisions;
        page.heading(QObject::tr("Which of two designs is better"));
        page.line(QObject::tr("right in %1%2%3")
                      .arg(percent(*d.right),
                           d.of ? QObject::tr(" of %1 comparisons").arg(*d.of) : QString(),
                           d.coverage ? QObject::tr("; %1 of the measurements lie in the 90 % "
                                                    "interval")
                                            .arg(percent(*d.coverage))
                                      : QString()));
    }
    page.heading(QObject::tr("Predictions of switches on this machine"));
    if (t.ledger) addLedger(page, t.ledger->view());
    page.heading(QObject::tr("If the costs were others, by half either way"));
    addSensitivity(page, *t.predictions);
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);
    outer->addWidget(scroll);
    const int width = charsWide(78);
    content->ensurePolished();
    const int height = content->layout()->heightForWidth(width - 20);
    popover->setFixedSize(width, std::min(std::max(height, 0) + 64, charsWide(92)));
    popover->openAt(anchor);
}

}  // namespace tenfold::app
