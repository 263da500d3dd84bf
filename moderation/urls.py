"""Every path of the console, and of those whom a case concerns."""

from django.urls import path

from moderation.views import controls, findings, index, lawful, log, notice, own, review, statements, transparency

concerned = [
    path("report/", notice.write, name="notice"),
    path("report/find/", notice.find, name="notice_find"),
    path("report/<str:number>/", notice.receipt, name="notice_receipt"),
    path("privacy/decisions/", own.decisions, name="decisions"),
    path("privacy/decisions/<int:pk>/", own.decision, name="decision"),
    path("privacy/decisions/<int:pk>/appeal/", own.appeal, name="decision_appeal"),
    path("privacy/decisions/<int:pk>/proof/", own.decision_proof, name="decision_proof"),
    path("privacy/reports/", own.reports, name="own_reports"),
    path("privacy/reports/<str:number>/", own.report, name="own_report"),
    path("privacy/reports/<str:number>/appeal/", own.dispute, name="own_report_appeal"),
    path("privacy/reports/<str:number>/proof/", own.report_proof, name="own_report_proof"),
]
urlpatterns = [
    *concerned,
    path("transparency/", transparency.page, name="transparency"),
    path("transparency/report.json", transparency.numbers, name="transparency_numbers"),
    path("transparency/report.csv", transparency.table, name="transparency_table"),
    path("console/", index.index, name="console"),
    path("console/log/", log.log, name="console_log"),
    path("console/log/<int:pk>/", log.entry, name="console_entry"),
    path("console/log/<int:pk>/receipt", log.receipt, name="console_receipt"),
    path("console/log/bundle.zip", log.bundle, name="console_bundle"),
    path("console/controls/", controls.controls, name="console_controls"),
    path("console/controls/check/", controls.check_now, name="console_check"),
    path("console/review/", review.overview, name="console_review"),
    path("console/review/run/", review.run, name="console_run"),
    path("console/review/trigger/", review.trigger, name="console_trigger"),
    path("console/review/<int:pk>/", review.read, name="console_report"),
    path("console/review/<int:pk>/report.pdf", review.document, name="console_pdf"),
    path("console/review/<int:pk>/report.html", review.page, name="console_html"),
    path("console/review/<int:pk>/annex.txt", review.annex, name="console_annex"),
    path("console/review/<int:pk>/file/", review.file, name="console_file"),
    path("console/findings/", findings.findings, name="console_findings"),
    path("console/findings/report/", findings.report, name="console_find"),
    path("console/findings/<int:pk>/take/", findings.take, name="console_take"),
    path("console/findings/<int:pk>/close/", findings.close, name="console_close"),
    path("console/statements/", statements.statements, name="console_statements"),
    path("console/statements/make/", statements.make, name="console_state"),
    path("console/lawful/", lawful.register, name="console_lawful"),
    path("console/lawful/ask/", lawful.ask, name="console_ask"),
    path("console/lawful/<int:pk>/decide/", lawful.decide, name="console_decide"),
    path("console/lawful/<int:pk>/export/", lawful.hand_over, name="console_hand_over"),
]
