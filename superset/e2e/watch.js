// Runs before the page's own scripts and notes what the page asks for its charts.
window.chartCalls = [];
const fetchOfBrowser = window.fetch;
window.fetch = async (resource, options) => {
  const url = typeof resource === 'string' ? resource : resource.url ?? String(resource);
  const answer = await fetchOfBrowser(resource, options);
  if (url.includes('/api/v1/chart/data')) {
    const formData = new URL(url, location.href).searchParams.get('form_data');
    const call = { chart: JSON.parse(formData ?? '{}').slice_id ?? 0, status: answer.status, request: '', answer: '' };
    window.chartCalls.push(call);
    if (typeof options?.body === 'string') {
      call.request = options.body;
    }
    call.answer = await answer.clone().text();
  }
  return answer;
};
