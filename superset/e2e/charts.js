// Returns the state of each chart on the page, in the order of the page. It goes
// by classes: the data-test attributes are there from 6.0 on only.
[...document.querySelectorAll('.dashboard-component-chart-holder')]
  .map(holder => ({ holder, id: /dashboard-chart-id-(\d+)/.exec(holder.className)?.[1] }))
  .filter(({ id }) => id) // a text has a holder too
  .map(({ holder, id }) => {
    const visible = selector => [...holder.querySelectorAll(selector)].some(e => e.getClientRects().length > 0);
    const text = holder.innerText;
    const fault = holder.querySelector('.ant-alert-error, .ant5-alert-error, .antd5-alert-error, [role="alert"]');
    return {
      id: Number(id),
      title: holder.querySelector('.header-title')?.innerText.trim().split('\n')[0] ?? '',
      loading: visible('[data-test="loading-indicator"], .loading, .ant-spin-spinning'),
      drawn: visible('canvas, table, .slice_container svg, .header-line'),
      fault: fault?.innerText.trim() || (text.includes('Data error') ? text : ''),
      empty: text.includes('No results were returned for this query') || /(^|\n)No data(\n|$)/.test(text),
    };
  })
