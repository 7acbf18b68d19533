"""Writes layers.json: what PyTorch's layers give, value and gradient of sum(result * C), float64.

Run with Debian's python3-torch: python3 layers.py
"""
import json, os
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
torch.manual_seed(5)
cases = []


def case(name, f, **inputs):
    """Inputs that are floating are differentiated; whole numbers are handed on."""
    for t in inputs.values():
        if t.is_floating_point():
            t.requires_grad_(True)
    out = f(**inputs)
    weights = torch.randn(out.shape)
    (out * weights).sum().backward()
    cases.append(dict(
        name=name,
        inputs={k: v.detach().tolist() for k, v in inputs.items()},
        result=out.detach().tolist(),
        weights=weights.tolist(),
        gradient={k: v.grad.tolist() for k, v in inputs.items() if v.is_floating_point()}))


r = torch.randn
case('conv2d', lambda x, K: F.conv2d(x, K, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
     x=r(2, 4, 6, 5), K=r(6, 2, 3, 2))
case('conv1d', lambda x, K: F.conv1d(x, K, stride=2, padding=1, dilation=2), x=r(2, 3, 9), K=r(4, 3, 3))
case('convTranspose2d', lambda x, K: F.conv_transpose2d(x, K, stride=(2, 3), padding=1, output_padding=(1, 2), groups=2,
                                                        dilation=(2, 1)), x=r(2, 4, 3, 3), K=r(4, 3, 3, 2))
case('convTranspose1d', lambda x, K: F.conv_transpose1d(x, K, stride=2), x=r(2, 3, 4), K=r(3, 2, 3))
case('maxPool', lambda x: F.max_pool2d(x, 3, stride=2, padding=1), x=r(2, 2, 6, 7))
case('averagePool', lambda x: F.avg_pool2d(x, (2, 3), stride=2, padding=1), x=r(2, 2, 6, 7))
case('batchNormalization', lambda x, s, b: F.batch_norm(x, None, None, s, b, True, 0.1, 1e-5),
     x=r(3, 2, 4), s=r(2), b=r(2))
case('crossEntropy, smoothed', lambda z, labels: F.cross_entropy(z, labels, reduction='none', label_smoothing=0.2),
     z=3 * r(4, 5), labels=torch.tensor([0, 3, 4, 1]))
case('crossEntropy, distributions', lambda z, t: F.cross_entropy(z, t, reduction='none', label_smoothing=0.1),
     z=3 * r(4, 5), t=torch.softmax(r(4, 5), 1))
case('huber', lambda e: F.huber_loss(e, torch.zeros(6), reduction='none', delta=0.7), e=r(6))
case('binaryCrossEntropy', lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction='none'),
     z=5 * r(6), t=torch.rand(6))
case('klDivergence', lambda p, q: F.kl_div(torch.log_softmax(q, 1), torch.softmax(p, 1), reduction='none').sum(1),
     p=r(3, 4), q=r(3, 4))
case('elu', lambda x: F.elu(x, 1.5), x=r(6))
case('leakyRelu', lambda x: F.leaky_relu(x, 0.2), x=r(6))
case('gelu', lambda x: F.gelu(x), x=3 * r(6))
case('silu', lambda x: F.silu(x), x=3 * r(6))


def lstm(x, W, U, b, c, h):
    return torch._VF.lstm(x, (h[None], 0.5 * h[None]), [W.t(), U.t(), b, c], True, 1, 0.0, False, False, False)[0]


def gru(x, W, U, b, c, h):
    return torch._VF.gru(x, h[None], [W.t(), U.t(), b, c], True, 1, 0.0, False, False, False)[0]


case('lstm', lstm, x=r(4, 2, 3), W=r(3, 8), U=r(2, 8), b=r(8), c=r(8), h=r(2, 2))
case('gru', gru, x=r(4, 2, 3), W=r(3, 6), U=r(2, 6), b=r(6), c=r(6), h=r(2, 2))


def heads(x, A, B, V, O):
    return F.multi_head_attention_forward(
        x.transpose(0, 1), x.transpose(0, 1), x.transpose(0, 1), 4, 2, torch.cat([A.t(), B.t(), V.t()]), torch.zeros(12),
        None, None, False, 0.0, O.t(), torch.zeros(4), need_weights=False)[0].transpose(0, 1)


case('selfAttention', heads, x=r(2, 3, 4), A=r(4, 4), B=r(4, 4), V=r(4, 4), O=r(4, 4))

out = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'layers.json')
with open(out, 'w') as file:
    json.dump(dict(source='torch %s float64 autograd' % torch.__version__, cases=cases), file, separators=(',', ':'))
print(os.path.getsize(out))
