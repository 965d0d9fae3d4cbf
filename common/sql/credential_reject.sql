-- A token that was fetched only just before was rejected, too: everybody stops for a minute. The second time within an
-- hour, and a minute after the first, the next fetch is by force.
update kaquan.credential set
    suspect_epoch = epoch, breaker = 'open', breaker_until = kaquan.wx_after(now(), 60),
    last_class = 'token_stale', last_errcode = $3, last_text = $4, last_host = $5,
    force_wanted = rejected_at between now() - kaquan.wx_scaled(3600) and now() - kaquan.wx_scaled(60) is true,
    rejected_at = case when rejected_at > now() - kaquan.wx_scaled(3600) then rejected_at else now() end
  where account_id = $1 and kind = 'access_token' and epoch = $2
