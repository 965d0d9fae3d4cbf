/* cmd.h - the functions of the table of commands, a file for each noun: worker/cmd_NOUN.c */
#ifndef KAQUAN_CMD_H
#define KAQUAN_CMD_H

#include "command.h"

bool cmd_run(struct call *call, struct err *err);
bool cmd_serve(struct call *call, struct err *err);
bool cmd_db_init(struct call *call, struct err *err);
bool cmd_db_migrate(struct call *call, struct err *err);
bool cmd_db_status(struct call *call, struct err *err);
bool cmd_account_add(struct call *call, struct err *err);
bool cmd_account_list(struct call *call, struct err *err);
bool cmd_account_set_secret(struct call *call, struct err *err);
bool cmd_account_set_aes_key(struct call *call, struct err *err);
bool cmd_account_enable(struct call *call, struct err *err);
bool cmd_account_disable(struct call *call, struct err *err);
bool cmd_account_trouble(struct call *call, struct err *err);
bool cmd_backend_add(struct call *call, struct err *err);
bool cmd_backend_list(struct call *call, struct err *err);
bool cmd_backend_remove(struct call *call, struct err *err);
bool cmd_stat_show(struct call *call, struct err *err);
bool cmd_stat_wechat(struct call *call, struct err *err);
bool cmd_gate_add(struct call *call, struct err *err);
bool cmd_gate_list(struct call *call, struct err *err);
bool cmd_gate_remove(struct call *call, struct err *err);
bool cmd_gate_rule(struct call *call, struct err *err);
bool cmd_gate_log(struct call *call, struct err *err);
bool cmd_gate_annul(struct call *call, struct err *err);
bool cmd_gate_upload(struct call *call, struct err *err);
bool cmd_template_import(struct call *call, struct err *err);
bool cmd_template_list(struct call *call, struct err *err);
bool cmd_template_show(struct call *call, struct err *err);
bool cmd_template_submit(struct call *call, struct err *err);
bool cmd_template_set(struct call *call, struct err *err);
bool cmd_template_lint(struct call *call, struct err *err);
bool cmd_template_diff(struct call *call, struct err *err);
bool cmd_template_push(struct call *call, struct err *err);
bool cmd_template_stock(struct call *call, struct err *err);
bool cmd_template_delete(struct call *call, struct err *err);
bool cmd_template_adopt(struct call *call, struct err *err);
bool cmd_pool_list(struct call *call, struct err *err);
bool cmd_pool_fill(struct call *call, struct err *err);
bool cmd_pool_show(struct call *call, struct err *err);
bool cmd_pool_import(struct call *call, struct err *err);
bool cmd_pool_codes(struct call *call, struct err *err);
bool cmd_pool_deposit(struct call *call, struct err *err);
bool cmd_job_list(struct call *call, struct err *err);
bool cmd_job_show(struct call *call, struct err *err);
bool cmd_job_retry(struct call *call, struct err *err);
bool cmd_job_cancel(struct call *call, struct err *err);
bool cmd_job_log(struct call *call, struct err *err);
bool cmd_ticket_list(struct call *call, struct err *err);
bool cmd_ticket_show(struct call *call, struct err *err);
bool cmd_ticket_timeline(struct call *call, struct err *err);
bool cmd_ticket_export(struct call *call, struct err *err);
bool cmd_event_list(struct call *call, struct err *err);
bool cmd_event_show(struct call *call, struct err *err);
bool cmd_event_replay(struct call *call, struct err *err);
bool cmd_ip_check(struct call *call, struct err *err);
bool cmd_ip_history(struct call *call, struct err *err);
bool cmd_ip_wechat(struct call *call, struct err *err);
bool cmd_ip_callback(struct call *call, struct err *err);
bool cmd_quota_list(struct call *call, struct err *err);
bool cmd_quota_refresh(struct call *call, struct err *err);
bool cmd_quota_reset(struct call *call, struct err *err);
bool cmd_card_explain(struct call *call, struct err *err);
bool cmd_key_new(struct call *call, struct err *err);
bool cmd_key_rotate(struct call *call, struct err *err);
bool cmd_key_list(struct call *call, struct err *err);
bool cmd_credential_list(struct call *call, struct err *err);
bool cmd_epoch_revoke(struct call *call, struct err *err);
bool cmd_audit_list(struct call *call, struct err *err);
bool cmd_audit_verify(struct call *call, struct err *err);
bool cmd_audit_requests(struct call *call, struct err *err);
bool cmd_audit_confirm(struct call *call, struct err *err);
bool cmd_audit_withdraw(struct call *call, struct err *err);
bool cmd_site_show(struct call *call, struct err *err);
bool cmd_site_set(struct call *call, struct err *err);
bool cmd_config_show(struct call *call, struct err *err);
bool cmd_doctor_confirm(struct call *call, struct err *err);
bool cmd_doctor(struct call *call, struct err *err);
bool cmd_health(struct call *call, struct err *err);
bool cmd_manual(struct call *call, struct err *err);
bool cmd_metrics(struct call *call, struct err *err);

#endif
