"""The akshare functions that may be called, and the host that each of them asks."""

FUNCTIONS = {
    "fund_cf_em": "fund.eastmoney.com",
    "fund_etf_scale_sse": "query.sse.com.cn",
    "fund_etf_spot_em": "push2delay.eastmoney.com",
    "fund_etf_spot_ths": "fund.10jqka.com.cn",
    "fund_exchange_rank_em": "fund.eastmoney.com",
    "fund_fh_em": "fund.eastmoney.com",
    "fund_scale_daily_szse": "www.szse.cn",
    "index_detail_cni": "www.cnindex.com.cn",
    "index_stock_cons_weight_csindex": "oss-ch.csindex.com.cn",
    "macro_china_market_margin_sh": "cdn.jin10.com",
    "macro_china_market_margin_sz": "cdn.jin10.com",
    "stock_info_global_sina": "zhibo.sina.com.cn",
    "stock_margin_bse": "www.bse.cn",
    "stock_margin_detail_sse": "query.sse.com.cn",
    "stock_margin_detail_szse": "www.szse.cn",
    "stock_margin_sse": "query.sse.com.cn",
    "stock_margin_szse": "www.szse.cn",
    "stock_news_em": "search-api-web.eastmoney.com",
    "stock_zh_a_spot": "vip.stock.finance.sina.com.cn",
    "stock_zh_a_spot_tx": "proxy.finance.qq.com",
    "stock_zt_pool_dtgc_em": "push2ex.eastmoney.com",
    "stock_zt_pool_em": "push2ex.eastmoney.com",
    "tool_trade_date_hist_sina": "finance.sina.com.cn",
}
"""Nothing else of akshare's thousand functions can be called by accident."""

SCRIPTED = frozenset({"tool_trade_date_hist_sina"})
"""Those that start a JavaScript engine, which sets 16 GiB of addresses aside whatever it does with them."""
